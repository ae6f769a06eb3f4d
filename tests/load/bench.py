"""``bin/bench NAME``: starts what it needs, runs under three minutes, prints one JSON object."""

from __future__ import annotations

import asyncio
import os
import platform
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import msgspec
import uvloop

from postal_service import embedded
from tests.load import deadlines, load, manifest, papers, scan, sms, verify

#: As docs/operations.md sets a server of its own: memory for the register, and no checkpoint that
#: a hundred thousand new lines would call for.
SERVER = {"shared_buffers": "4GB", "max_wal_size": "8GB", "checkpoint_timeout": "15min"}
Figures = dict[str, float]
BENCHES: dict[str, Callable[[str, Path], Awaitable[Figures]]] = {
    "deadlines": deadlines.measure,
    "load": load.measure,
    "manifest": manifest.measure,
    "papers": papers.measure,
    "scan": scan.measure,
    "sms": sms.measure,
    "verify": verify.measure,
}


async def server_version(server: str) -> str:
    conn = await asyncpg.connect(server)
    try:
        return str(await conn.fetchval("SHOW server_version"))
    finally:
        await conn.close()


def main() -> int:
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    if name not in BENCHES:
        sys.stderr.write(f"usage: bin/bench {'|'.join(BENCHES)}\n")
        return 2
    with (
        TemporaryDirectory(prefix="bench-") as folder,
        embedded.postgres(Path(folder), also=SERVER) as server,
    ):
        figures = uvloop.run(BENCHES[name](server, Path(folder)))
        said = {
            "bench": name,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "cores": os.cpu_count(),
            "memory_gib": round(
                os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1
            ),
            "python": platform.python_version(),
            "postgresql": asyncio.run(server_version(server)),
            "figures": figures,
        }
    sys.stdout.write(msgspec.json.encode(said).decode() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
