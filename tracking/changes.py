"""What a citizen changes while her papers are on the way: how a result or refused papers come home.

Her phone and address are kept by the application; the register says that they were changed, who
asked and how she was known, in closed words. It never says to what.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Connection
from msgspec import Struct

from tracking import change_store, store
from tracking.custody_errors import OutAlready
from tracking.errors import BadRuling, IllegalMove, ScanReused
from tracking.journey import check_time, dossier
from tracking.model import Consignment, Dossier, Facts
from tracking.stages import Act, Keeper, Stage, Status

#: What may be changed, in the register's words.
WHAT: Final = ("phone", "address", "return_way", "papers_back")
WAYS: Final = frozenset({"home", "office"})
#: A courier has it for the door, or it is where it was going.
GONE: Final = frozenset({Stage.OUT, Stage.DELIVERED, Stage.GIVEN_BACK})


class Change(Struct, frozen=True, kw_only=True):
    """One change; ``id`` was drawn by the page, so that a repeat is known.

    ``what`` names the fields of the application's that change with it. ``person``: the clerk who
    did it; none: the citizen herself, on her own page. ``facts``: who asked, and how she was known.
    """

    id: UUID
    ref: str
    person: int | None
    at: datetime
    what: Sequence[str] = ()
    return_way: str | None = None
    papers_back: str | None = None
    facts: Facts = {}

    @property
    def said(self) -> Facts:
        """The line's facts: only what changes is in them."""
        ways = {"return_way": self.return_way, "papers_back": self.papers_back}
        set_ = {name: way for name, way in ways.items() if way is not None}
        changed = [name for name in WHAT if name in self.what or name in set_]
        return {**self.facts, "what": changed, **set_}


async def change(conn: Connection, wish: Change, *, heard_at: datetime) -> bool:
    """Write *wish* into the register; False where it stands there already.

    Raises UnknownDossier, OutAlready, IllegalMove, BadRuling, ScanReused, ImpossibleTime.
    """
    current = await dossier(conn, wish.ref)
    if earlier := await store.find_events(conn, [wish.id]):
        first = earlier[0]
        if (first.dossier_id, first.act, first.facts) != (current.id, Act.CHANGE, wish.said):
            raise ScanReused(wish.id)
        return False
    check_time(wish.at, heard_at)
    check_open(current, await change_store.homebound_of(conn, current.id))
    check_ways(current, wish)
    await change_store.append_change(conn, current.id, wish.id, (wish.person, wish.at, wish.said))
    return True


def check_open(current: Dossier, homebound: Sequence[Consignment]) -> None:
    """Raise OutAlready once a paper is out for the door or handed over, IllegalMove at the end."""
    for item in homebound:
        if item.stage in GONE or is_given_out(item):
            raise OutAlready(item.s10)
    if current.status is Status.RETURNED and not homebound:
        raise IllegalMove(str(current.status.value), Act.CHANGE)


def is_given_out(item: Consignment) -> bool:
    """Whether it lies before a courier who takes it to the door as soon as he signs."""
    return item.stage is Stage.AT_OFFICE and item.offered_kind is Keeper.COURIER


def check_ways(current: Dossier, wish: Change) -> None:
    """A result goes home or to a counter; who fetches it at the agency has nothing to change."""
    if not wish.said["what"]:
        raise BadRuling("Chưa có gì thay đổi.", "Nothing is changed.")
    for way in (wish.return_way, wish.papers_back):
        if way is not None and way not in WAYS:
            raise BadRuling("Chọn giao tại nhà hoặc nhận tại bưu cục.", "Choose home or counter.")
    if wish.return_way is not None and current.return_way not in WAYS:
        raise BadRuling(
            "Hồ sơ này nhận kết quả tại cơ quan: đăng ký dịch vụ trả kết quả trước.",
            "This result is fetched at the agency: register its return by post first.",
        )
