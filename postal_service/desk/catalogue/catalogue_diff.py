"""Old and new beside each other: field by field, and paper by paper. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from postal_service.desk.catalogue.catalogue_rules import papers_of, plain
from postal_service.desk.catalogue.catalogue_words import FIELDS, said

ADDED: Final = "thêm"
REMOVED: Final = "bỏ"
CHANGED: Final = "sửa"
MOVED: Final = "đổi thứ tự"
#: Never a difference by themselves: they say where a row stands, not what it says.
APART: Final = frozenset({"id", "edited_at", "edited_by", "version", "documents"})


class Difference(Struct, frozen=True, kw_only=True):
    """One cell that reads otherwise, or one paper; *kind* is a word, not a colour."""

    kind: str
    label: str
    before: str
    after: str


def fields(before: Mapping[str, str] | None, after: Mapping[str, str]) -> list[Difference]:
    """The cells that differ, in the order of the screen; everything where there was nothing."""
    return [
        Difference(
            kind=ADDED if before is None or not before.get(name) else CHANGED,
            label=label,
            before=said(name, before.get(name, "")) if before is not None else "",
            after=said(name, after.get(name, "")),
        )
        for name, label in FIELDS.items()
        if name in after and (before is None or before.get(name, "") != after[name])
    ]


def papers(before: Sequence[Any], after: Sequence[Any]) -> list[Difference]:
    """Papers added, removed, changed and moved. One whose name alone differs is changed."""
    old = {plain(one.name_vi): one for one in before}
    new = {plain(one.name_vi): one for one in after}
    # the same place, and neither name elsewhere: the paper was given another name
    at = {one.ordinal: one for name, one in old.items() if name not in new}
    renamed = {
        name: at.pop(one.ordinal)
        for name, one in new.items()
        if name not in old and one.ordinal in at
    }
    order = [name for name in old if name in new]
    moved = {name for name, was in zip([n for n in new if n in old], order, strict=True)
             if name != was}  # fmt: skip
    found = []
    for name, one in new.items():
        was = old.get(name) or renamed.get(name)
        if was is None:
            found.append(difference(ADDED, one, None, one))
        elif papers_of(was) != papers_of(one):
            found.append(difference(CHANGED, one, was, one))
        elif name in moved:
            found.append(difference(MOVED, one, was, one))
    return found + [difference(REMOVED, gone, gone, None) for gone in at.values()]


def difference(kind: str, named: Any, before: Any, after: Any) -> Difference:  # noqa: ANN401
    return Difference(
        kind=kind, label=named.name_vi, before=paper_in_words(before), after=paper_in_words(after)
    )


def paper_in_words(one: Any) -> str:  # noqa: ANN401 -- a document of the table or of a file
    """ "1. Tờ khai: 1 chính, 0 chứng thực, 0 photo, bắt buộc"."""
    if one is None:
        return ""
    required = "bắt buộc" if one.required in (True, "yes") else "khi cần"
    form = f", mẫu {one.form_no}" if one.form_no else ""
    return (
        f"{one.ordinal}. {one.name_vi}: {one.originals} chính, {one.certified} chứng thực, "
        f"{one.photocopies} photo, {required}{form}"
    )


def kept(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[Difference]:
    """A line of the history, from the cells it kept."""
    was, now = before or {}, after or {}
    names = [*FIELDS, *(name for name in {**was, **now} if name not in FIELDS)]
    return [
        Difference(
            kind=kind_of(was.get(name), now.get(name)),
            label=FIELDS.get(name, name),
            before=said(name, flat(was.get(name))) if before else "",
            after=said(name, flat(now.get(name))) if after else "",
        )
        for name in names
        if name not in APART and flat(was.get(name)) != flat(now.get(name))
    ]


def kind_of(before: object, after: object) -> str:
    if before in (None, "", []):
        return ADDED
    return REMOVED if after in (None, "", []) else CHANGED


def flat(value: object) -> str:
    """A value of the history as a cell."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ";".join(str(one) for one in value)
    return str(value)
