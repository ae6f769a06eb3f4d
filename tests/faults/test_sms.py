"""The short run of `bin/faults sms`: eight things break, no message is lost or doubled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import sms
from tests.faults.house import opened


@pytest.mark.slow
async def test_nothing_is_lost_and_nothing_comes_twice(tmp_path: Path) -> None:
    async with opened(tmp_path, seed=7) as house:
        verdict = await sms.run(house, rounds=8, seed=7)

    assert verdict.clean, verdict
    assert verdict.rounds == 8
    assert verdict.messages >= 8 * 8
