"""The statements of one scan as a pgbench script.

The texts are the application's own; only ``$n`` becomes what asyncpg would
have sent. Postal numbers are computed in pgbench, check digit included.
"""

from __future__ import annotations

import re
from types import ModuleType

from tests.make import Town

#: UPU S10's weights over the eight digits of the serial.
WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def script(set_context: str, store: ModuleType, town: Town, *, highest: int, clients: int) -> str:
    """One transaction: context, lock, look for a repeat, append."""
    weighed = " + ".join(
        f"{weight} * ((:n / {10 ** (7 - place)}) % 10)" for place, weight in enumerate(WEIGHTS)
    )
    s10 = "'RB' || lpad((:n)::int::text, 8, '0') || (:c)::int::text || 'VN'"
    scan_id = "md5('bench' || (:n)::int::text)::uuid"
    context = filled(
        set_context,
        ["'web'", "''", f"'{town.courier}'", f"'{town.office}'", "''", "'courier'"],
    )
    lock = filled(store.LOCK_CONSIGNMENTS, [f"ARRAY[{s10}]"])
    find = filled(store.FIND_EVENTS, [f"ARRAY[{scan_id}]"])
    append = filled(
        store.APPEND_SCANS,
        [
            "ARRAY[(:dossier_id)::bigint]", "ARRAY[(:id)::bigint]", f"ARRAY[{scan_id}]",
            "ARRAY['collect']", "ARRAY['to_agency']", "ARRAY[NULL]", "ARRAY['courier']",
            f"ARRAY[{town.courier}]", f"ARRAY[{town.courier}]", "ARRAY[now()]", "ARRAY['{}']",
            "now()", "ARRAY['sms']", f"ARRAY[{town.office}]", "ARRAY[NULL]", "ARRAY[NULL]",
            "ARRAY[NULL]", "ARRAY[NULL]",
        ],
    )  # fmt: skip
    return f"""
\\set i :i + 1
\\set n {highest} - :client_id - :i * {clients}
\\set k 11 - (({weighed}) % 11)
\\set c CASE WHEN :k = 10 THEN 0 WHEN :k = 11 THEN 5 ELSE :k END
BEGIN;
{context};
{lock} \\gset
{find};
{append};
COMMIT;
"""


def filled(sql: str, values: list[str]) -> str:
    """*sql* on one line, without comments, each ``$n`` replaced by the n-th value."""
    flat = " ".join(re.sub(r"--[^\n]*", "", sql).split())
    return re.sub(r"\$(\d+)", lambda found: values[int(found[1]) - 1], flat)
