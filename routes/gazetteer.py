"""Vietnamese address text to a unit and its point, over the province's own units.

Read from the right, as addresses are written from the house outwards: the
province, then the district, then the commune *inside* that district. The answer
is dated: which unit before 1/7/2025 and which one since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import chain
from typing import Final

from geopy.distance import great_circle
from geopy.geocoders.base import Geocoder
from geopy.location import Location

from routes import address, names, spelling
from routes.model import Place, Point, Reading, Unit
from routes.names import TWO_LEVELS, District, Found, Name, Names, Scope
from routes.spelling import COMMUNE_KINDS, DISTRICT_KINDS, Word

#: No address is longer; more of a text is not read.
LONGEST: Final = 500
OUTSIDE: Final = Reading(status="outside")
NOT_STATED: Final = Reading(status="not_stated")
UNRESOLVABLE: Final = Reading(status="unresolvable")


class Gazetteer(Geocoder):  # type: ignore[misc]  # geopy carries no types
    """A geopy geocoder that asks nobody: the units are in memory, the same text is read the same.

    Wants all units of the table, those that have ended too.
    """

    def __init__(self, units: Iterable[Unit]) -> None:
        super().__init__()
        listed = list(units)
        communes = [unit for unit in listed if unit.level == "commune"]
        new = [unit for unit in communes if not names.is_old(unit)]
        joined = [unit for unit in new if not unit.in_old_lam_dong]
        self._new = {unit.code: unit for unit in new}
        self._old_names = names.full(unit for unit in communes if names.is_old(unit))
        self._new_names = names.full(new)
        self._joined = Scope(Names(), names.full(joined), Names())
        written = names.districts(listed)
        self._districts = Names(name for name, _ in written)
        self._by_code = {name.unit.code: district for name, district in written}
        self._long_names = names.carrying(new, self._districts)

    def geocode(
        self, query: str, *, exactly_one: bool = True, on: date | None = None, **_: object
    ) -> Location | list[Location] | None:
        """geopy's question: where is *query*? None where it has no point.

        Without *on* the text is read as on the first day of the two-level
        province. ``raw["place"]`` is the whole reading.
        """
        place = self.read(query, on or TWO_LEVELS)
        if place.point is None:
            return None
        unit = place.old.unit or place.new.unit
        point = (place.point.lat, place.point.lon, 0.0)
        location = Location(unit.name if unit else query, point, {"place": place})
        return location if exactly_one else [location]

    def read(self, text: str, on: date) -> Place:
        """Which units *text* names, written by somebody on the day *on*. Never raises.

        The day decides where a name has two meanings: before 1/7/2025 "xã Hoài
        Đức" is the commune of Lâm Hà, since then also the one of Bình Thuận.
        """
        listed, elsewhere = _without_province(spelling.words(text[:LONGEST]))
        if elsewhere is not None:
            return self._elsewhere(listed, elsewhere)
        if on >= TWO_LEVELS and (since := self._long_name(listed)):
            return self._place(Found(new=[since]), on)
        district, left, right = self._district(listed)
        if district is None and address.names_foreign_district(listed):
            return Place(old=OUTSIDE, new=OUTSIDE)
        scope = district.scope if district else self._everywhere(on)
        if found := _commune(left, right, scope, loose=district is not None):
            return self._place(found, on)
        return (
            _whole_district(district, on) if district else Place(old=UNRESOLVABLE, new=UNRESOLVABLE)
        )

    def _everywhere(self, on: date) -> Scope:
        return Scope(self._old_names, self._new_names, Names(), both=on >= TWO_LEVELS)

    def _elsewhere(self, listed: Sequence[Word], province: str) -> Place:
        """Another province; but two of them joined ours, and their new communes are ours."""
        if province in spelling.JOINED_2025:
            found = _commune(listed, [], self._joined, loose=False)
            if found:
                place = self._place(found, TWO_LEVELS)
                return Place(old=OUTSIDE, new=place.new, point=place.point)
        return Place(old=OUTSIDE, new=OUTSIDE)

    def _long_name(self, listed: Sequence[Word]) -> Name | None:
        """A new unit whose whole name, old district and all, stands at the end in one piece."""
        for start in range(max(1, len(listed) - address.WIDEST), len(listed)):
            if any(word.gap == "," for word in listed[start + 1 :]):
                continue
            kind, _ = spelling.kind_before(listed, start)
            found = self._long_names.find(spelling.spelled(listed[start:]), kind)
            if len(found) == 1:
                return found[0]
        return None

    def _district(self, listed: Sequence[Word]) -> tuple[District | None, list[Word], list[Word]]:
        """The old district, the words left of it and those right of it."""
        for end in address.endings(listed):
            if end.kind in COMMUNE_KINDS:
                continue
            kind = end.kind if end.kind in DISTRICT_KINDS else None
            initials = len(end.keys.plain) == 2
            found = self._districts.find(end.keys, kind)
            if not found and kind and not initials:
                found = self._districts.find(end.keys, None) or self._districts.nearly(
                    end.keys, None
                )
            if initials and kind is None:
                found = [name for name in found if name.keys.exact == end.keys.exact]
            codes = {name.unit.code for name in found}
            if len(codes) == 1:
                left, right = list(listed[: end.kind_at]), list(listed[end.end :])
                return self._by_code[codes.pop()], left, right
        return None, list(listed), []

    def _place(self, found: Found, on: date) -> Place:
        """The answer for what was found, in old units and in new ones."""
        old = names.in_force(found.old, on)
        heirs = {unit.successor_2025 for unit in old if unit.successor_2025}
        stated = {name.unit.code for name in found.new}
        if heirs <= stated:
            old = []  # nobody wrote a district: the name of today is meant
        codes = tuple(sorted(heirs | stated))
        new = _reading([self._new[code] for code in codes if code in self._new])
        two_meanings = old and stated
        before = _several(unit.code for unit in old) if two_meanings else _reading(old)
        return Place(old=before, new=new, point=_point(before, new))


def _commune(
    left: Sequence[Word], right: Sequence[Word], scope: Scope, *, loose: bool
) -> Found | None:
    """The commune, sought left of the district first; then with one letter forgiven."""
    written = list(
        chain(address.stretches(left, loose=loose), address.stretches(right, loose=False))
    )
    for stretch in written:
        if found := scope.find(stretch.keys, stretch.kind):
            return found
    if not loose:
        return None
    near = (scope.nearly(stretch.keys, stretch.kind) for stretch in written if stretch.whole)
    return next((found for found in near if found), None)


def _without_province(listed: list[Word]) -> tuple[list[Word], str | None]:
    """The words before the province, and its name if it is not ours."""
    if spelling.spelled(listed[-2:]).plain == "vietnam":
        listed = listed[:-2]
    for end in address.endings(listed):
        if end.end < len(listed):
            break
        if end.kind in COMMUNE_KINDS or end.kind in ("huyện", "quận"):
            continue
        if name := spelling.PROVINCES.get(end.keys.plain):
            return listed[: end.kind_at], None if name == "Lâm Đồng" else name
    return listed, None


def _whole_district(district: District, on: date) -> Place:
    """A district and no commune: any of its communes, somewhere in it."""
    day = min(on, TWO_LEVELS - timedelta(days=1))
    communes = [unit for unit in district.communes if unit.in_force(day)] or district.communes
    middle = (district.unit.lat, district.unit.lon)
    reach = max(
        float(great_circle(middle, (unit.lat, unit.lon)).km) + (unit.accuracy_km or 0)
        for unit in communes
    )
    return Place(
        old=_several(unit.code for unit in communes),
        new=_several(unit.successor_2025 or unit.code for unit in communes),
        point=Point(lat=middle[0], lon=middle[1], accuracy_km=round(reach, 1), source="district"),
    )


def _reading(units: Sequence[Unit]) -> Reading:
    if len(units) == 1:
        return Reading(status="unique", unit=units[0])
    return _several(unit.code for unit in units) if units else NOT_STATED


def _several(codes: Iterable[str]) -> Reading:
    return Reading(status="ambiguous", candidates=tuple(sorted(set(codes))))


def _point(old: Reading, new: Reading) -> Point | None:
    """The commune's own point, with its accuracy: honest, where a street is not known."""
    unit = old.unit or new.unit
    if unit is None:
        return None
    accuracy_km = unit.accuracy_km or 0.0
    return Point(lat=unit.lat, lon=unit.lon, accuracy_km=accuracy_km, source="commune")
