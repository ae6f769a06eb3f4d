"""The names of the province's units, ready to be looked up as people write them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from routes import spelling
from routes.model import Unit
from routes.spelling import Spelled, Word

#: From this day the province has two levels: province and commune (NQ 202/2025/QH15).
TWO_LEVELS: Final = date(2025, 7, 1)
#: Shorter names are too alike for one letter to be forgiven (Ka Đô, Ka Đơn).
FORGIVING: Final = 6


class Name(NamedTuple):
    """One way to name one unit. ``kind`` is phường, xã, … in full."""

    unit: Unit
    kind: str
    keys: Spelled


class Names:
    """Names by their keys. Exact spelling wins over plain letters."""

    def __init__(self, names: Iterable[Name] = ()) -> None:
        self._exact: dict[str, list[Name]] = defaultdict(list)
        self._plain: dict[str, list[Name]] = defaultdict(list)
        for name in names:
            self._exact[name.keys.exact].append(name)
            self._plain[name.keys.plain].append(name)

    def find(self, keys: Spelled, kind: str | None) -> list[Name]:
        """The names spelled so. A bare number is a name only after its kind: 3 is any house."""
        if kind is None and keys.plain.isdecimal():
            return []
        exact = _of_kind(self._exact.get(keys.exact, ()), kind)
        return exact or _of_kind(self._plain.get(keys.plain, ()), kind)

    def nearly(self, keys: Spelled, kind: str | None) -> list[Name]:
        """The names one letter away."""
        if len(keys.plain) < FORGIVING:
            return []
        near = [plain for plain in self._plain if spelling.one_letter_apart(plain, keys.plain)]
        return _of_kind((name for plain in near for name in self._plain[plain]), kind)


class Found(NamedTuple):
    """What words name: units from before 2025, units since then, or some of both."""

    old: Sequence[Name] = ()
    new: Sequence[Name] = ()


class Scope(NamedTuple):
    """Where to look for a commune, nearest first; ``both``: an old name does not hide a new one."""

    old: Names
    new: Names
    wider: Names
    both: bool = False

    def find(self, keys: Spelled, kind: str | None) -> Found | None:
        """The first that fits: of the kind written, then of any (a town is often called xã)."""
        for wanted in dict.fromkeys((kind, None)):
            if old := self.old.find(keys, wanted):
                return Found(old, self.new.find(keys, wanted) if self.both else ())
            if new := self.new.find(keys, wanted):
                return Found(new=new)
            if wider := self.wider.find(keys, wanted):
                return Found(wider)
        return None

    def nearly(self, keys: Spelled, kind: str | None) -> Found | None:
        near = self.old.nearly(keys, kind)
        return Found(near) if near else None


class District(NamedTuple):
    """An old district by name: its newest row, its communes, and where to look for them."""

    unit: Unit
    communes: tuple[Unit, ...]
    scope: Scope


def is_old(unit: Unit) -> bool:
    return unit.valid_to is not None and unit.valid_to <= TWO_LEVELS


def bare(unit: Unit) -> tuple[str, list[Word]]:
    """The kind of a unit, and the words of its name without it."""
    listed = spelling.words(unit.name)
    for size in (2, 1):
        kind, _ = spelling.kind_before(listed, size)
        if kind is not None:
            return kind, listed[size:]
    return "", listed


def full(units: Iterable[Unit]) -> Names:
    """Each unit by its official name."""
    return Names(
        Name(unit, kind, spelling.spelled(listed))
        for unit in units
        for kind, listed in [bare(unit)]
    )


def shortened(units: Iterable[Unit], district: Spelled) -> Names:
    """New units by their names without the old district's at the end, where they carry it.

    "Phường Cam Ly - Đà Lạt" is written "phường Cam Ly, Đà Lạt".
    """
    names = []
    for unit in units:
        kind, listed = bare(unit)
        if len(listed) > 2 and spelling.spelled(listed[-2:]) == district:
            listed = listed[:-2]
        names.append(Name(unit, kind, spelling.spelled(listed)))
    return Names(names)


def carrying(units: Iterable[Unit], districts: Names) -> Names:
    """Only the new units that carry an old district's name, by their names with it."""
    return full(
        unit
        for unit in units
        for _, listed in [bare(unit)]
        if len(listed) > 2 and districts.find(spelling.spelled(listed[-2:]), None)
    )


def districts(units: Sequence[Unit]) -> list[tuple[Name, District]]:
    """Every way to write a district (ĐLạt and ĐL for Đà Lạt too), with its communes.

    A district that took others in on 1/12/2024 is searched first as it was,
    then with what it took in.
    """
    rows: dict[Spelled, list[Unit]] = defaultdict(list)
    for unit in units:
        if unit.level == "district":
            rows[spelling.spelled(bare(unit)[1])].append(unit)
    return [
        (Name(same[0], kind, form), found)
        for keys, same in rows.items()
        for kind, listed in [bare(same[0])]
        for found in [_district(keys, same, units)]
        for form in (keys, *_abbreviations(listed))
    ]


def in_force(names: Iterable[Name], on: date) -> list[Unit]:
    """One unit of those that bore the same name in the same district after each other.

    The one of *on*; else, as people go on writing a name that has ended, the last.
    """
    day = min(on, TWO_LEVELS - timedelta(days=1))
    same: dict[tuple[str, str, str | None], list[Unit]] = defaultdict(list)
    for name in names:
        same[name.kind, name.keys.exact, name.unit.district].append(name.unit)
    return [
        next((unit for unit in units if unit.in_force(day)), None)
        or max(units, key=lambda unit: unit.valid_to or date.max)
        for units in same.values()
    ]


def _of_kind(names: Iterable[Name], kind: str | None) -> list[Name]:
    return [name for name in names if kind in (None, name.kind)]


def _district(keys: Spelled, same: Sequence[Unit], units: Sequence[Unit]) -> District:
    first, last = same[0].code, {unit.code for unit in same}
    merged = {unit.code for unit in units if unit.level == "district" and unit.successor in last}
    old = [unit for unit in units if unit.level == "commune" and is_old(unit)]
    own = [unit for unit in old if unit.district == first]
    wider = [unit for unit in old if unit.district in last | merged and unit.district != first]
    heirs = {unit.successor_2025 for unit in own}
    new = [
        unit
        for unit in units
        if unit.level == "commune" and not is_old(unit) and unit.code in heirs
    ]
    scope = Scope(full(own), shortened(new, keys), full(wider))
    return District(same[-1], tuple(own), scope)


def _abbreviations(listed: Sequence[Word]) -> list[Spelled]:
    short = [
        word._replace(letters=word.letters[0], tones="", plain=word.plain[0]) for word in listed
    ]
    return [spelling.spelled([short[0], *listed[1:]]), spelling.spelled(short)]
