"""How fast lists of a hundred papers change hands: laid down by a clerk, taken by a courier.

Every line is one scan: offered by one side, accepted by the other. The clients wait
for each answer before they ask again, as people at a counter do.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import NAMESPACE_OID, uuid4, uuid5

from postal_service.database import Context, open_database
from tests.load.house import CLOCK, KEYS, prepare, say, served, session, settle
from tracking import identifiers

LINES = 100
LISTS = 300
#: Two counters at once, and as many couriers; more would only queue before two cores.
CLIENTS = 2


async def measure(server: str, folder: Path) -> dict[str, float]:
    """Lines a second and the slowest hundredth of the requests."""
    url = await prepare(server)
    async with open_database(url, size=2, keys=KEYS) as database:
        town = await settle(database, LINES * LISTS, offered=False)
        with served(url, folder, pool=8) as port:
            clerk = await session(database, "clerk", port)
            courier = await session(database, "courier", port)
            say(f"{LISTS} lists of {LINES} are laid down")
            offers = [("/hand-overs", offer(n, town.courier)) for n in range(LISTS)]
            given, giving = await clerk.posts(offers, clients=CLIENTS)
            say(f"{LISTS} lists of {LINES} are taken")
            async with database.begin(Context.command("bench")) as conn:
                rows = await conn.fetch("SELECT number, form_id FROM hand_over")
            numbers = {row["form_id"]: row["number"] for row in rows}
            answers = [
                (f"/hand-overs/{numbers[form_id(n)]}/answers", answer(n)) for n in range(LISTS)
            ]
            taken, taking = await courier.posts(answers, clients=CLIENTS)
    return {
        "scans_per_s": round(2 * LINES * LISTS / (given + taken)),
        "p99_ms": round(p99([*giving, *taking]) * 1000, 1),
        "offers_per_s": round(LINES * LISTS / given),
        "offer_p99_ms": round(p99(giving) * 1000, 1),
        "takes_per_s": round(LINES * LISTS / taken),
        "take_p99_ms": round(p99(taking) * 1000, 1),
    }


def form_id(n: int) -> object:
    """The id of list *n*: drawn so that it can be found again."""
    return uuid5(NAMESPACE_OID, f"list {n}")


def papers(n: int) -> list[str]:
    return [identifiers.s10("RB", n * LINES + line) for line in range(LINES)]


def offer(n: int, courier: int) -> dict[str, object]:
    items = [{"id": str(uuid4()), "s10": s10} for s10 in papers(n)]
    at = CLOCK.now().isoformat()
    return {"id": str(form_id(n)), "kind": "courier", "to": courier, "items": items, "at": at}


def answer(n: int) -> dict[str, object]:
    said = [
        {"id": str(uuid4()), "s10": s10, "outcome": "accepted", "beeped": True} for s10 in papers(n)
    ]
    return {"answers": said, "at": CLOCK.now().isoformat()}


def p99(took: Sequence[float]) -> float:
    return sorted(took)[int(len(took) * 0.99)]
