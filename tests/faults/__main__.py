"""``bin/faults sms --rounds N --seed S``: breaks what it started, prints one JSON verdict."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from tests.faults import sms
from tests.faults.house import opened


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/faults")
    parser.add_argument("what", choices=["sms"])
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="faults-") as folder:
        verdict = asyncio.run(rounds(Path(folder), asked.rounds, asked.seed))
    said = {"faults": asked.what, "seed": asked.seed, "clean": verdict.clean}
    sys.stdout.buffer.write(msgspec.json.encode(said | msgspec.to_builtins(verdict)) + b"\n")
    return 0 if verdict.clean else 1


async def rounds(folder: Path, count: int, seed: int) -> sms.Verdict:
    async with opened(folder, seed) as house:
        return await sms.run(house, rounds=count, seed=seed)


if __name__ == "__main__":
    sys.exit(main())
