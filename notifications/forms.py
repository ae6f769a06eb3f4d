"""What a network may send us: a form of known fields, each once, each in its form."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final
from urllib.parse import parse_qsl

#: A report has a dozen fields at most.
MOST: Final = 20


class Forged(Exception):
    """This did not come from the network."""


def fields_of(
    body: bytes, forms: Mapping[str, re.Pattern[str]], needed: Collection[str]
) -> dict[str, str]:
    """The fields of a form-encoded *body*.

    Raises Forged for one that is unknown, doubled, malformed or missing.
    """
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MOST,
        )
    except ValueError as error:
        raise Forged("not a form") from error
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Forged("a field twice")
    for name, value in found.items():
        if name not in forms or not forms[name].fullmatch(value):
            raise Forged("a field that no report has")
    if not found.keys() >= set(needed):
        raise Forged("a field is missing")
    return found


def cut(number: str) -> str:
    """A telephone number as it may be kept with a report: its last three digits."""
    return f"…{number[-3:]}" if number else ""
