"""How long a paper takes: every kind in both form sets, the codes drawn, as PDF/A-2b.

CPU of one process with a warm compiler, as a counter's after its first receipt; each paper
says something else, so that nothing is set from memory. A register's page of two thousand
lines and the copy of a receipt are measured beside.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from postal_service.desk import papers
from postal_service.desk.papers import (
    FormSet,
    HandOverList,
    Kind,
    Layout,
    copies,
    counter_words,
)
from tests.desk.printing import test_papers as counter
from tests.desk.printing import test_papers_lists as road
from tests.desk.printing.test_papers import MORNING
from tests.desk.printing.test_papers_all import ABOUT, NOTICE, PAGE, SLIP
from tests.desk.printing.test_papers_counter import FEES
from tests.load.house import say

#: Prints of each kind; the first sets the template and is not counted.
TIMES = 15
LINES = 2000


def receipt(n: int, form_set: FormSet) -> bytes:
    ref = f"LD-261123-{n:05}"
    return papers.receipt(replace(counter.RECEIPT, ref=ref, form_set=form_set))


def notice(n: int, form_set: FormSet) -> bytes:
    return papers.notice(replace(NOTICE, number=n + 1, about=replace(ABOUT, form_set=form_set)))


def control_slip(n: int, form_set: FormSet) -> bytes:
    ref = f"LD-261123-{n:05}"
    return papers.control_slip(replace(road.SLIP, ref=ref, form_set=form_set))


def hand_over_list(n: int, _: FormSet) -> bytes:
    return papers.hand_over_list(
        HandOverList(
            layout=Layout.COURIER, authority="BƯU ĐIỆN TỈNH LÂM ĐỒNG", office="Bưu cục Lạc Dương",
            number=road.NUMBER, at=MORNING, giver=f"Bưu cục {n}", taker="Nguyễn Văn Bưu",
            lines=road.lines(30),
        )
    )  # fmt: skip


def counter_paper(n: int, _: FormSet) -> bytes:
    return counter_words.counter_paper(replace(FEES, number=f"LD-261123-{n:05}"))


KINDS: dict[str, Callable[[int, FormSet], bytes]] = {
    "receipt": receipt,
    "notice": notice,
    "control_slip": control_slip,
    "fee_receipt": counter_paper,
    "list_30_lines": hand_over_list,
    "label": lambda n, _: papers.label(replace(counter.LABEL, weight_g=n + 1)),
    "label_zpl": lambda n, _: papers.label_zpl(replace(counter.LABEL, weight_g=n + 1)),
    "bag_label": lambda n, _: papers.bag_label(replace(road.LABEL, count=n)),
    "postal_slip": lambda n, _: papers.postal_slip(replace(SLIP, weight_g=n + 1)),
    **{
        name: lambda n, _, paper=paper: papers.letter(
            replace(paper, head=replace(paper.head, office=f"Bưu cục {n}"))
        )
        for name, paper in road.LETTERS.items()
    },
}


async def measure(server: str, folder: Path) -> dict[str, float]:
    """Milliseconds of CPU of each kind's median print; seconds of the long page."""
    return await asyncio.to_thread(timed)


def timed() -> dict[str, float]:
    found: dict[str, float] = {}
    for name, make in KINDS.items():
        say(f"{TIMES} of {name}")
        make(0, FormSet.TT03_2025)
        found[f"{name}_ms"] = median(
            [spent(make, n, tuple(FormSet)[n % 2]) for n in range(1, TIMES + 1)]
        )
    original = receipt(0, FormSet.TT03_2025)
    copies.copy(Kind.RECEIPT, original, "BẢN SAO", MORNING)
    found["copy_ms"] = median(
        [
            spent(copies.copy, Kind.RECEIPT, original, f"BẢN SAO {n}", MORNING)
            for n in range(1, TIMES + 1)
        ]
    )
    found["slowest_kind_ms"] = max(found.values())
    say(f"a register's page of {LINES} lines")
    line = PAGE.lines[0]
    lines = tuple(replace(line, number=f"{rank:05}") for rank in range(LINES))
    start = time.perf_counter()
    busy = spent(papers.register, replace(PAGE, lines=lines))
    found["register_2000_lines_s"] = round(time.perf_counter() - start, 2)
    found["register_2000_lines_cpu_s"] = round(busy / 1000, 2)
    return found


def spent(make: Callable[..., bytes], *given: object) -> float:
    """Milliseconds of CPU of one print: what else the machine does is not counted."""
    start = time.process_time()
    made = make(*given)
    assert made
    return (time.process_time() - start) * 1000


def median(each: list[float]) -> float:
    return round(statistics.median(each), 1)
