"""The registered texts: loading and writing them, and which of them may leave."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Meta, Struct

from notifications import messages, store
from notifications import template_store as mine
from notifications.errors import MessageError, UnknownTemplate
from notifications.template_store import Approval, Stored

__all__ = ["Approval", "Stored"]

#: The version of each template that may leave, by its key.
Texts = Mapping[str, store.Version]

#: Who approves texts: a number keeps its prefix when it changes its network, so that the text
#: must have passed all of them.
NETWORKS: Final[Mapping[str, str]] = {
    "viettel": "Viettel",
    "vinaphone": "VinaPhone",
    "mobifone": "MobiFone",
    "vietnamobile": "Vietnamobile",
    "gmobile": "Gmobile",
}
Said = Literal["pending", "approved", "refused"]

KEY: Final = re.compile(r"[a-z][a-z_0-9]{0,40}", re.ASCII)
#: The largest number a version may have: a serial is not a telephone number.
LAST_VERSION: Final = 9999

Text = Annotated[str, Meta(min_length=1, max_length=480)]


class TemplateRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of sms_templates.csv, cell by cell."""

    key: Annotated[str, Meta(pattern=r"^[a-z][a-z_0-9]*$")]
    situation: Text
    recipient: Literal["applicant", "receiver"]
    essential: bool
    text_vi: Text
    text_ascii: Text
    placeholders: list[str]
    max_segments: Annotated[int, Meta(ge=1, le=3)]
    sample_chars: Annotated[int, Meta(ge=0, le=480)]
    longest_chars: Annotated[int, Meta(ge=0, le=480)]
    flag: Literal["demo", "registered"]


class Decision(Struct, frozen=True, kw_only=True):
    """What one network said of one version."""

    key: str
    version: int
    network: str
    said: Said


class NewText(Struct, frozen=True, kw_only=True):
    """A wording as an operator typed it, with its accents; ``form_id`` is drawn by the page."""

    key: str
    text_vi: str
    form_id: UUID


class Loaded(Struct, frozen=True, kw_only=True):
    """How many templates were new, how many got a new version, how many stayed."""

    added: int = 0
    changed: int = 0
    kept: int = 0


async def add(conn: Connection[Record], rows: Sequence[TemplateRow]) -> Loaded:
    """Add what is new, and a version of what differs; a text that a person wrote stays.

    Texts flagged as the demonstration's own count as approved, and say so. Safe to repeat;
    nothing is taken away.
    """
    told = Counter([await store.put_template(conn, version_of(row)) for row in rows])
    demo = [row.key for row in rows if row.flag == "demo"]
    await mine.approve_demo(conn, demo, list(NETWORKS))
    return Loaded(added=told[1], changed=len(rows) - told[1] - told[None], kept=told[None])


def version_of(row: TemplateRow) -> store.Version:
    return store.Version(
        key=row.key,
        version=0,
        recipient=row.recipient,
        text_ascii=row.text_ascii,
        text_vi=row.text_vi,
        placeholders=row.placeholders,
        max_segments=row.max_segments,
    )


async def current(conn: Connection[Record]) -> Texts:
    """The newest version of each template that every network has approved, by its key."""
    approved = await mine.approved_templates(conn, list(NETWORKS))
    return {version.key: version for version in approved}


async def newest(conn: Connection[Record]) -> Texts:
    """The newest version of each template, approved or not, by its key."""
    return {version.key: version for version in await store.newest_templates(conn)}


async def history(conn: Connection[Record], key: str) -> list[Stored]:
    """The versions of one template, newest first. Raises UnknownTemplate."""
    found = await mine.versions_of(conn, key) if KEY.fullmatch(key) else []
    if not found:
        raise UnknownTemplate(key)
    return found


async def approvals(
    conn: Connection[Record], keys: Sequence[str]
) -> dict[tuple[str, int], dict[str, Approval]]:
    """By key and version, then by network; a network that is not there has not been asked."""
    found: dict[tuple[str, int], dict[str, Approval]] = {}
    for approval in await mine.approvals_of(conn, keys):
        found.setdefault((approval.template, approval.version), {})[approval.network] = approval
    return found


async def decide(conn: Connection[Record], decision: Decision, *, by: int, now: datetime) -> None:
    """Write down what a network said. Safe to repeat. Raises UnknownTemplate."""
    said = (decision.key, decision.version, decision.network, decision.said)
    known = (
        KEY.fullmatch(decision.key)
        and 0 < decision.version <= LAST_VERSION
        and decision.network in NETWORKS
    )
    if not known or not await mine.decide(conn, said, by=by, now=now):
        raise UnknownTemplate(decision.key)


async def withdraw_demo(conn: Connection[Record]) -> None:
    """Let nothing leave that only the demonstration approved: before a real network is asked."""
    await mine.withdraw_demo(conn)


async def write(conn: Connection[Record], new: NewText, *, by: int, now: datetime) -> None:
    """Add a wording, which waits for the networks; the one before leaves meanwhile.

    Safe to repeat: the second press of one form writes nothing. Raises
    UnknownTemplate, and MessageError where the text could not be sent.
    """
    versions = await history(conn, new.key)
    draft = worded(versions[0], new.text_vi)
    check(draft, allowed={name for version in versions for name in version.placeholders})
    texts = (draft.text_ascii, draft.text_vi, draft.placeholders)
    await mine.write_version(conn, new.key, texts, by=by, now=now, form_id=new.form_id)


def worded(template: messages.Template, text_vi: str) -> messages.Template:
    """*template* with another wording: what is sent is what is shown, without its accents.

    Blanks are closed up: a browser's line ends would be sent and paid for.
    """
    text_vi = " ".join(text_vi.split())
    return messages.Template(
        key=template.key,
        recipient=template.recipient,
        text_ascii=messages.fold(text_vi),
        text_vi=text_vi,
        placeholders=messages.placeholders_in(text_vi),
        max_segments=template.max_segments,
    )


def check(template: messages.Template, *, allowed: Collection[str]) -> None:
    """Raise MessageError unless the text may be sent with the longest values there are.

    *allowed*: what this situation can fill in.
    """
    if strange := sorted(set(template.placeholders) - set(allowed)):
        raise MessageError(
            f"Mẫu này không có giá trị cho: {', '.join(strange)}. "
            f"Chỉ dùng: {', '.join(sorted(allowed))}.",
            f"Nothing fills in {', '.join(strange)} here. Use only {', '.join(sorted(allowed))}.",
        )
    messages.fill(template, messages.LONGEST)
