"""The registered texts: loading them, and what is in force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from asyncpg import Connection, Record
from msgspec import Meta, Struct

from notifications import store

#: The newest version of each template, by its key.
Texts = Mapping[str, store.Version]

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


class Loaded(Struct, frozen=True, kw_only=True):
    """How many templates were new, how many got a new version, how many stayed."""

    added: int = 0
    changed: int = 0
    kept: int = 0


async def add(conn: Connection[Record], rows: Sequence[TemplateRow]) -> Loaded:
    """Add what is new, and a version of what differs; a text that a person wrote stays.

    Safe to repeat; nothing is taken away.
    """
    told = Counter([await store.put_template(conn, version_of(row)) for row in rows])
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
    """The newest version of each template, by its key."""
    return {version.key: version for version in await store.newest_templates(conn)}
