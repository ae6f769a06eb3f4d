"""Who wants messages: said at the counter, or on the citizen's own page after the second factor.

Messages about a dossier are no advertising, and most people want them; yet nobody can answer
one with STOP here, so that the choice is kept where it can be made. It holds for the number,
on whichever of its dossiers it was made. Who wants none is still called when he has to act.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Staff
from postal_service.desk import shelf
from postal_service.desk.citizen import consent_store as store
from postal_service.desk.citizen.consent_store import Choice, Standing
from postal_service.desk.errors import DeskError
from tracking.model import Dossier

__all__ = ["Standing", "at_counter", "of_dossier", "on_page", "standing"]

Who = Literal["applicant", "receiver"]


class TakesNoMessages(DeskError):
    """A choice where there is nothing to choose."""

    def __init__(self) -> None:
        super().__init__(
            "Người này không có số di động nhận tin nhắn. Bưu cục gọi điện khi có việc.",
            "This person has no mobile number that takes messages. The post office calls.",
        )


class Wish(Struct, frozen=True, kw_only=True):
    """What a person asked for; ``form_id`` is drawn by the page, so that a repeat is known."""

    form_id: UUID
    allowed: bool


class Parties(Struct, frozen=True, kw_only=True):
    """The people of one dossier, each once, with what holds for their telephones."""

    ref: str
    applicant: Standing
    receiver: Standing | None


async def standing(conn: Connection[Record], party_id: int) -> Standing:
    """What holds for a person's number. Raises TakesNoMessages for nobody."""
    found = await store.standing_of(conn, party_id)
    if found is None:
        raise TakesNoMessages
    return found


async def of_dossier(
    conn: Connection[Record], code: str, *, office_id: int, now: datetime
) -> Parties:
    """The people of the dossier behind a scanned or typed code.

    Raises UnreadableScan, BadIdentifier, UnknownDossier.
    """
    found = await shelf.look_up(conn, code, office_id=office_id, now=now)
    return await parties_of(conn, found.slip.dossier)


async def parties_of(conn: Connection[Record], dossier: Dossier) -> Parties:
    other = dossier.receiver_id != dossier.applicant_id
    return Parties(
        ref=dossier.ref,
        applicant=await standing(conn, dossier.applicant_id),
        receiver=await standing(conn, dossier.receiver_id) if other else None,
    )


async def at_counter(
    conn: Connection[Record], ref: str, who: Who, wish: Wish, *, staff: Staff, now: datetime
) -> Parties:
    """Keep what a person said at the counter. Safe to repeat.

    Raises UnknownDossier, TakesNoMessages.
    """
    found = await shelf.look_up(conn, ref, office_id=staff.office_id or 0, now=now)
    dossier = found.slip.dossier
    party_id = dossier.receiver_id if who == "receiver" else dossier.applicant_id
    await choose(conn, party_id, wish, by=staff.id, now=now)
    return await parties_of(conn, dossier)


async def on_page(conn: Connection[Record], party_id: int, wish: Wish, *, now: datetime) -> None:
    """Keep what the applicant chose on her own page. Safe to repeat. Raises TakesNoMessages."""
    await choose(conn, party_id, wish, by=None, now=now)


async def choose(
    conn: Connection[Record], party_id: int, wish: Wish, *, by: int | None, now: datetime
) -> None:
    if not (await standing(conn, party_id)).takes:
        raise TakesNoMessages
    way = "page" if by is None else "counter"
    choice = Choice(
        form_id=wish.form_id,
        party_id=party_id,
        allowed=wish.allowed,
        way=way,
        person_id=by,
        at=now,
    )
    await store.add_choice(conn, choice)
