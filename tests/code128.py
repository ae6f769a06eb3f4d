"""A reader of Code 128 that shares nothing with the one that draws it: bars in a row of dots.

Widths of bars and gaps are the standard's table (ISO/IEC 15417).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from PIL import Image

WIDTHS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 "
    "122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 "
    "321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 "
    "211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 "
    "213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 "
    "121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 "
    "241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 "
    "412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 "
    "211214 211232"
)
SIGNS = {widths: value for value, widths in enumerate(WIDTHS.split())}
STOP = "2331112"
STARTS = {103: "A", 104: "B", 105: "C"}
SETS = {99: "C", 100: "B", 101: "A"}


def read(picture: Image.Image) -> set[str]:
    """Every Code 128 that lies level on the picture."""
    grey = picture.convert("L")
    found = set()
    for y in range(0, grey.height, 6):
        row = grey.crop((0, y, grey.width, y + 1)).tobytes()
        runs = [(dark, len(list(run))) for dark, run in groupby(dot < 128 for dot in row)]
        found |= set(symbols(runs))
    return found


def symbols(runs: list[tuple[bool, int]]) -> Iterator[str]:
    lengths = [length for _, length in runs]
    for first, (dark, _) in enumerate(runs):
        values = signs(lengths, first) if dark else []
        if len(values) > 3 and values[0] in STARTS and checks(values):
            yield text(values)


def signs(lengths: list[int], first: int) -> list[int]:
    """The values from a start sign to the stop; empty where there are none."""
    values: list[int] = []
    at = first
    while at + 7 <= len(lengths):
        if values and modules(lengths[at : at + 7], 13) == STOP:
            return values
        value = SIGNS.get(modules(lengths[at : at + 6], 11))
        if value is None or (not values and value not in STARTS):
            return []
        values.append(value)
        at += 6
    return []


def modules(lengths: list[int], total: int) -> str:
    one = sum(lengths) / total
    return "".join(str(round(length / one)) for length in lengths)


def checks(values: list[int]) -> bool:
    weighed = sum(rank * value for rank, value in enumerate(values[1:-1], start=1))
    return (values[0] + weighed) % 103 == values[-1]


def text(values: list[int]) -> str:
    code, said = STARTS[values[0]], ""
    for value in values[1:-1]:
        if value in SETS and SETS[value] != code:
            code = SETS[value]
        else:
            said += f"{value:02}" if code == "C" else chr(value + 32)
    return said
