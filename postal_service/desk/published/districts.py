"""Which old district a place counts for, now that there are none.

Tariffs still know a "district" zone. Since the district level ended, it means
the area of the old district, so every commune is followed back to the ones it
was made of, and every district on to the one that took it in. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

from postal_service.desk.published.catalogue_store import UnitFact

NOWHERE: frozenset[str] = frozenset()


class Districts(Struct, frozen=True, kw_only=True):
    """Unit code to the districts it counts for on one day; a commune may join parts of two."""

    by_unit: Mapping[str, frozenset[str]]
    two_tiers: bool  #: no district is in force: province and communes only

    def of(self, unit_code: str) -> frozenset[str]:
        return self.by_unit.get(unit_code, NOWHERE)

    def knows(self, unit_code: str) -> bool:
        return unit_code in self.by_unit


def districts_on(facts: Sequence[UnitFact], day: date) -> Districts:
    """Who counts for which district on *day*. Codes that begin later are unknown."""
    versions: dict[str, list[UnitFact]] = defaultdict(list)
    for fact in facts:
        versions[fact.code].append(fact)
    became = {
        fact.code: heir(fact, versions, day).code
        for fact in sorted(facts, key=begins)
        if fact.level == "district" and begins(fact) <= day
    }
    in_force = {fact.code for fact in facts if holds(fact, day)}
    found: dict[str, set[str]] = defaultdict(set)
    for fact in facts:
        if begins(fact) <= day:
            # An old address keeps its old code, unless the code means another place by now.
            own = set() if fact.code in in_force and not holds(fact, day) else {fact.code}
            area = {became[fact.district]} if fact.district else set()
            for code in {heir(fact, versions, day).code, *own}:
                found[code] |= area
    return Districts(
        by_unit={code: frozenset(areas) for code, areas in found.items()},
        two_tiers=not any(fact.level == "district" for fact in facts if holds(fact, day)),
    )


def heir(fact: UnitFact, versions: Mapping[str, Sequence[UnitFact]], day: date) -> UnitFact:
    """The unit that stands on *day* where *fact* stood, or the last one known."""
    while fact.valid_to and fact.valid_to <= day and fact.successor:
        later = [f for f in versions.get(fact.successor, ()) if holds(f, fact.valid_to)]
        if not later:
            break
        fact = later[0]
    return fact


def begins(fact: UnitFact) -> date:
    return fact.valid_from or date.min


def holds(fact: UnitFact, day: date) -> bool:
    return begins(fact) <= day < (fact.valid_to or date.max)
