"""What is still worth saying: the newer stage overtakes the older message that has not left.

A message is a promise about the present. While one waits for the morning or for the network,
the dossier moves on, or somebody takes back what he recorded: then the old text would be
false, or of no use, and the citizen hears the new one alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from asyncpg import Connection, Record
from msgspec.structs import replace

from notifications import store
from notifications import supersede_store as mine
from notifications.gateway import Directory, Owed
from notifications.situations import (
    AFTER,
    AT_THE_LAST_OFFICE,
    BEFORE_ANY_ATTEMPT,
    ONCE,
    TODAY_ONLY,
    Telling,
    next_morning,
    situations,
    valid_until,
)
from notifications.store import Draft
from notifications.supersede_store import Seen
from tracking.model import News
from tracking.stages import Act

OUTBOUND: Final = frozenset(
    {
        "accepted",
        "pickup_scheduled",
        "pickup_failed",
        "handed_to_agency",
        "wrong_agency",
        "redirected",
    }
)
#: What the agency asked, promised or put off, until it has decided.
DECIDING: Final = frozenset(
    {
        "received_by_agency",
        "supplement_required",
        "supplement_received",
        "supplement_sent",
        "financial_duty",
        "payment_received",
        "paused",
        "due_soon",
        "late_apology",
        "appointment_moved",
        "withdrawal_declined",
    }
)
#: What names the appointment as it was.
DATES: Final = frozenset(
    {
        "received_by_agency",
        "supplement_received",
        "payment_received",
        "due_soon",
        "late_apology",
        "appointment_moved",
    }
)
#: On the way home. What the citizen must have ready at the door is still true at the door, so
#: the list of originals to hand back outlives the morning's call.
ON_THE_ROAD: Final = frozenset({"out_for_delivery", "papers_out", "delivery_code", "delayed"})
COLLECTED: Final = frozenset({"result_collected", "papers_collected"})
WAITING: Final = frozenset(
    {
        "result_at_counter",
        "papers_at_counter",
        "attempt_failed",
        "papers_missed",
        "attempt_again",
        "attempt_call",
        "invitation_2",
        "last_day",
    }
)
SEARCH: Final = frozenset({"lost", "found", "damaged"})
HOMEBOUND: Final = COLLECTED | ON_THE_ROAD | WAITING | {"result_collected_originals"}
BEFORE_A_DECISION: Final = OUTBOUND | DECIDING | {"delayed"}

#: By the newer message: which older ones, not sent yet, would now be false or pointless.
OVERTAKES: Final[Mapping[str, frozenset[str]]] = {
    "handed_to_agency": OUTBOUND | {"delayed"},
    "wrong_agency": OUTBOUND,
    "redirected": OUTBOUND,
    "received_by_agency": OUTBOUND | {"delayed"},
    "supplement_required": OUTBOUND | DECIDING | {"delayed"},
    "supplement_sent": frozenset({"supplement_required", "supplement_sent"}),
    "details_changed": frozenset({"details_changed"}),
    "supplement_received": OUTBOUND | DECIDING | {"delayed"},
    "financial_duty": OUTBOUND | DECIDING | {"delayed"},
    "payment_received": OUTBOUND | DECIDING | {"delayed"},
    "paused": DATES | {"paused"},
    "due_soon": DATES,
    "late_apology": DATES,
    "appointment_moved": DATES,
    "refused": BEFORE_A_DECISION,
    "stopped": BEFORE_A_DECISION | HOMEBOUND,
    "withdrawal_declined": frozenset({"withdrawal_declined"}),
    "withdrawn": BEFORE_A_DECISION | HOMEBOUND,
    "delayed": frozenset({"delayed", "result_collected", "papers_collected"}),
    "result_collected": BEFORE_A_DECISION,
    "result_collected_originals": BEFORE_A_DECISION,
    "papers_collected": BEFORE_A_DECISION,
    "result_at_counter": BEFORE_A_DECISION | HOMEBOUND - {"result_collected_originals"},
    "papers_at_counter": BEFORE_A_DECISION | HOMEBOUND | {"refused", "withdrawn", "stopped"},
    "out_for_delivery": BEFORE_A_DECISION | COLLECTED | ON_THE_ROAD | WAITING,
    "papers_out": BEFORE_A_DECISION
    | COLLECTED
    | ON_THE_ROAD
    | WAITING
    | {"refused", "withdrawn", "stopped"},
    "delivery_code": frozenset({"delivery_code"}),
    "attempt_failed": BEFORE_A_DECISION | HOMEBOUND,
    "papers_missed": BEFORE_A_DECISION | HOMEBOUND,
    "attempt_again": BEFORE_A_DECISION | HOMEBOUND - {"result_collected_originals"},
    "attempt_call": BEFORE_A_DECISION | HOMEBOUND - {"result_collected_originals"},
    "invitation_2": BEFORE_A_DECISION | HOMEBOUND,
    "last_day": BEFORE_A_DECISION | HOMEBOUND,
    "delivered": BEFORE_A_DECISION | HOMEBOUND | SEARCH,
    "papers_delivered": BEFORE_A_DECISION
    | HOMEBOUND
    | SEARCH
    | {"refused", "withdrawn", "stopped"},
    "returned_to_agency": BEFORE_A_DECISION | HOMEBOUND | SEARCH,
    "lost": BEFORE_A_DECISION | HOMEBOUND | {"found", "damaged"},
    "found": frozenset({"lost"}),
    "damaged": frozenset({"damaged"}),
}
_PAIRS: Final = sorted((old, new) for new, olds in OVERTAKES.items() for old in olds)


async def worth_telling(
    conn: Connection[Record], heard: Sequence[News], *, directory: Directory, now: datetime
) -> list[Telling]:
    """What of *heard* is said to whom, in its order, after a look at what came since.

    Until the transaction ends nobody else writes about these dossiers.
    """
    await mine.stop_returned(conn)
    if not heard:
        return []
    await mine.lock_dossiers(conn, [news.dossier_id for news in heard])
    seen = await mine.seen_now(conn, [news.event_id for news in heard])
    taken_back = await take_back(conn, seen, directory=directory, now=now)
    needed = [news.dossier_id for news in heard if AFTER.keys() & set(situations(news))]
    related = sorted({*AFTER, *AFTER.values()})
    before = await mine.told_before(conn, needed, related) if needed else []
    last_word = {told.dossier_id: told.template for told in before}
    return [
        telling
        for news in heard
        for telling in (
            corrections(news, taken_back)
            if news.act is Act.UNDO
            else tellings(news, seen[news.event_id], last_word.get(news.dossier_id), now)
        )
    ]


async def take_back(
    conn: Connection[Record], seen: Mapping[int, Seen], *, directory: Directory, now: datetime
) -> dict[int, list[int]]:
    """Stop what is said of undone events; who was told already, by the undoing event's id."""
    undone = {line.undoes: line.event_id for line in seen.values() if line.undoes is not None}
    found: dict[int, list[int]] = {}
    if undone:
        for told in await mine.told_of(conn, list(undone)):
            people = found.setdefault(undone[told.event_id], [])
            if told.recipient_id not in people:
                people.append(told.recipient_id)
        await mine.overtake_undone(conn, list(undone), now)
        await directory.take_back(conn, undone, at=now)
    return found


def corrections(news: News, taken_back: Mapping[int, list[int]]) -> list[Telling]:
    """One to each person whom a message about the undone event has reached, or may have."""
    return [
        Telling(news=news, key=key, to=person)
        for person in taken_back.get(news.event_id, [])
        for key in situations(news)
    ]


def tellings(news: News, seen: Seen, last_word: str | None, now: datetime) -> list[Telling]:
    """What of *news* still holds. *last_word*: what was last told of the loss of its papers."""
    if seen.undone:
        return []
    return [
        Telling(news=news, key=key)
        for key in situations(news)
        if not (key in ONCE and seen.repeated)
        and not (key in AT_THE_LAST_OFFICE and seen.elsewhere)
        and not (key in BEFORE_ANY_ATTEMPT and seen.missed)
        and not (key in AFTER and last_word != AFTER[key])
        and not (key in TODAY_ONLY and valid_until(key, news.at) <= now)
    ]


async def add(
    conn: Connection[Record], drafts: Sequence[Draft], *, directory: Directory, now: datetime
) -> None:
    """Put *drafts* into the queue, within what a number gets a day, and stop what they overtake."""
    if not drafts:
        return
    kept = await within_the_day(conn, drafts, directory=directory, now=now)
    await store.add_drafts(conn, kept)
    older, newer = zip(*_PAIRS, strict=True)
    await mine.overtake(conn, sorted({draft.dossier_id for draft in drafts}), older, newer, now)


async def within_the_day(
    conn: Connection[Record], drafts: Sequence[Draft], *, directory: Directory, now: datetime
) -> list[Draft]:
    """*drafts*, with those over the day's number put off to the morning, or told by telephone.

    More than that is a mistake of ours, or one person's many dossiers.
    """
    people = sorted({draft.recipient_id for draft in drafts})
    told = await directory.told_today(conn, people, now)
    left = {today.handset: today.left for today in told.values()}
    kept = []
    for draft in drafts:
        handset = told[draft.recipient_id].handset
        left[handset] -= 1
        if left[handset] >= 0:
            kept.append(draft)
            continue
        morning = next_morning(draft.send_after)
        if valid_until(draft.template, draft.send_after) > morning:
            until = valid_until(draft.template, morning)
            kept.append(replace(draft, send_after=morning, valid_until=until))
            continue
        owed = Owed(event_id=draft.event_id, dossier_id=draft.dossier_id, situation=draft.template)
        await directory.call_instead(conn, owed, "too_many", at=now)
    return kept
