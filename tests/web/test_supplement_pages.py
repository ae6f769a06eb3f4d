"""Papers an agency asked for, brought to any counter: found by the receipt, counted, carried on."""

from __future__ import annotations

import asyncio
import html
import io
import re
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection
from pypdf import PdfReader

from postal_service.desk.agency import rulings
from postal_service.desk.agency.wishes import Wish
from postal_service.desk.citizen import leg_clocks
from postal_service.desk.ways import supplements
from tests import make
from tests.make import MORNING, Town
from tests.web.conftest import Client
from tracking import fold, seal_store, slip
from tracking.model import Dossier
from tracking.pauses import AskedPaper
from tracking.slip import Slip
from tracking.stages import Act, Keeper, Leg, Stage, Status

PAPERS = (
    AskedPaper(name="Giấy khai sinh", originals=1, photocopies=2),
    AskedPaper(name="Sổ hộ khẩu", certified=1),
)
ALL = {"1": ("1", "0", "2"), "2": ("0", "1", "0")}


@pytest.fixture
async def asked(desk: Connection, town: Town) -> Dossier:
    """A dossier of the home town whose agency waits for two kinds of paper."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    await make.rule(desk, town, dossier, Act.RECEIVE)
    await ask(desk, town, dossier)
    return dossier


async def ask(desk: Connection, town: Town, dossier: Dossier) -> None:
    wish = Wish(id=uuid4(), act=Act.ASK_MORE, papers=PAPERS, note="Bản chính còn hạn")
    await rulings.decide(desk, dossier.ref, wish, by=town.by_officer, now=MORNING)


@pytest.fixture
async def far(desk: Connection, client: Client) -> Town:
    """Another office, which never had anything of it; its clerk is signed in."""
    town = await make.town(desk, office="66600", suffix="-far")
    await client.sign_in("clerk-far")
    return town


def words(answer: httpx.Response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def form(
    client: Client,
    dossier: Dossier,
    counts: dict[str, tuple[str, str, str]] = ALL,
    **given: str,
) -> dict[str, object]:
    return {
        "csrf": client.form_token,
        "form_id": str(uuid4()),
        "code": dossier.tracking_code,
        "ordinal": list(counts),
        "originals": [row[0] for row in counts.values()],
        "certified": [row[1] for row in counts.values()],
        "photocopies": [row[2] for row in counts.values()],
        **given,
    }


async def look(client: Client, code: str) -> httpx.Response:
    return await client.post("/counter/supplements", data={"csrf": client.form_token, "code": code})


async def now_of(desk: Connection, dossier: Dossier) -> Slip:
    found = await slip.by_ref(desk, dossier.ref)
    assert found is not None
    return found


async def test_any_counter_reads_the_request_and_no_name(
    client: Client, far: Town, asked: Dossier
) -> None:
    """The receipt shows what to count; who she is, a counter without a stake need not know."""
    page = await look(client, f"https://tra.cuu/h/{asked.tracking_code}")

    assert page.status_code == 200
    assert "Giấy khai sinh" in words(page)
    assert "Sổ hộ khẩu" in words(page)
    assert "Bản chính còn hạn" in words(page)
    assert "Bích Uyên" not in page.text
    assert (await client.get(f"/slips/{asked.ref}")).status_code == 404


async def test_it_is_taken_carried_and_the_clock_waits_for_the_agency(
    client: Client, far: Town, asked: Dossier, desk: Connection, town: Town
) -> None:
    """An own number, an own slip, a price, a stake; the pause ends by the agency's word alone."""
    answer = await client.post("/counter/supplements/taken", data=form(client, asked))

    assert answer.status_code == 303, words(answer)
    saved = await client.get(answer.headers["location"])
    assert "Đã nhận." in words(saved)
    found = await now_of(desk, asked)
    item = found.leg(Leg.SUPPLEMENT)
    assert item is not None
    assert (item.stage, item.office_id) == (Stage.ACCEPTED, far.office)
    assert (item.holder_kind, item.holder_id) == (Keeper.OFFICE, far.office)
    assert found.dossier.status is Status.SUPPLEMENT
    assert found.dossier.paused_at is not None
    assert (await client.get(f"/slips/{asked.ref}")).status_code == 200

    await make.scans(
        desk,
        [
            make.offer(item.s10, far),
            make.scan(item.s10, Act.COLLECT, far.by_courier),
            make.scan(item.s10, Act.HAND_OVER, far.by_courier),
            make.scan(item.s10, Act.SIGN, town.by_officer),
        ],
    )
    assert (await now_of(desk, asked)).dossier.paused_at is not None
    await make.rule(desk, town, asked, Act.RESUME)
    assert (await now_of(desk, asked)).dossier.paused_at is None


async def test_its_slip_says_what_was_counted(
    client: Client, far: Town, asked: Dossier, desk: Connection
) -> None:
    """Both sign it: what, how many, for how much, and when the clock goes on."""
    answer = await client.post("/counter/supplements/taken", data=form(client, asked))
    s10 = answer.headers["location"].split("/")[-1].split("?")[0]

    slip_ = await client.get(f"/counter/supplements/{s10}/slip.pdf")
    label = await client.get(f"/counter/supplements/{s10}/label.pdf")

    text = " ".join(PdfReader(io.BytesIO(slip_.content)).pages[0].extract_text().split())
    assert "phiếu gửi bổ sung" in text.lower()
    assert "Giấy khai sinh" in text
    assert "Trần Bích Uyên" in text
    assert "Cước gửi bổ sung" in text
    assert "đã thu" in text
    assert label.content.startswith(b"%PDF")
    paid = await desk.fetchrow(
        "SELECT kind, leg, paid_by FROM charge WHERE dossier_id = $1 AND leg = 'S'", asked.id
    )
    assert (paid["kind"], paid["leg"]) == ("postage_out", "S")
    assert paid["paid_by"] is not None


async def test_a_number_that_can_be_guessed_opens_nothing_elsewhere(
    client: Client, far: Town, asked: Dossier
) -> None:
    """Receipt numbers count up: another office learns by one neither the list nor the dossier."""
    own = words(await look(client, asked.ref))
    none = words(await look(client, "LD-261123-99999"))
    assert own == none.replace("LD-261123-99999", asked.ref)
    assert "Giấy khai sinh" not in own
    assert "Không có yêu cầu bổ sung nào đang mở" in own


async def test_nothing_is_taken_where_nothing_is_asked(
    client: Client, far: Town, desk: Connection, town: Town
) -> None:
    """Whoever brings more than was asked keeps it: the post demands nothing."""
    dossier = await make.dossier(desk, town)
    answer = await client.post("/counter/supplements/taken", data=form(client, dossier))
    assert answer.status_code == 422
    assert (await now_of(desk, dossier)).leg(Leg.SUPPLEMENT) is None
    assert await desk.fetchval(
        "SELECT count(*) FROM stake WHERE dossier_id = $1 AND keeper_id = $2 AND keeper = 'office'",
        dossier.id, far.office,
    ) == 0  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"1": ("2", "0", "2"), "2": ("0", "1", "0")}, "trả lại người dân giữ"),
        (ALL | {"7": ("1", "0", "0")}, "Chỉ nhận giấy tờ cơ quan đã yêu cầu"),
        ({"1": ("1", "0", "0"), "2": ("0", "1", "0")}, "Còn thiếu: Giấy khai sinh (2 bản photo)"),
        ({"1": ("0", "0", "0"), "2": ("0", "0", "0")}, "Chưa đếm giấy tờ nào"),
        ({"1": ("-1", "0", "0"), "2": ("0", "1", "0")}, "phải là số từ 0 đến 99"),
        ({"1": ("²", "0", "0"), "2": ("0", "1", "0")}, "phải là số từ 0 đến 99"),
    ],
)
async def test_what_does_not_fit_the_request_is_said_before_she_leaves(
    client: Client,
    far: Town,
    asked: Dossier,
    desk: Connection,
    counts: dict[str, tuple[str, str, str]],
    said: str,
) -> None:
    answer = await client.post("/counter/supplements/taken", data=form(client, asked, counts))
    assert answer.status_code == 422
    assert said in words(answer)
    assert (await now_of(desk, asked)).leg(Leg.SUPPLEMENT) is None


async def test_a_part_goes_first_where_she_wants_it_and_the_rest_later(
    client: Client, far: Town, asked: Dossier, desk: Connection
) -> None:
    """What came is not asked for again; when all is there nothing more is taken."""
    part = {"1": ("1", "0", "0"), "2": ("0", "0", "0")}
    first = await client.post(
        "/counter/supplements/taken", data=form(client, asked, part, insists="true")
    )
    assert first.status_code == 303, words(first)
    assert "còn thiếu một phần" in words(await look(client, asked.tracking_code))

    again = {"1": ("1", "0", "2"), "2": ("0", "1", "0")}
    refused = await client.post("/counter/supplements/taken", data=form(client, asked, again))
    assert "trả lại người dân giữ" in words(refused)

    rest = {"1": ("0", "0", "2"), "2": ("0", "1", "0")}
    second = await client.post("/counter/supplements/taken", data=form(client, asked, rest))
    assert second.status_code == 303, words(second)
    more = await client.post("/counter/supplements/taken", data=form(client, asked, rest))
    assert "Đã nhận đủ giấy tờ" in words(more)


async def test_pressed_twice_or_at_two_counters_it_is_one_carriage(
    client: Client, far: Town, asked: Dossier, desk: Connection
) -> None:
    """A nervous finger finds the first slip, and another content under its id is refused."""
    sent = form(client, asked)
    answers = await asyncio.gather(
        *(client.post("/counter/supplements/taken", data=sent) for _ in range(4))
    )
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    other = sent | {"originals": ["0", "0"], "insists": "true"}
    assert "nội dung khác" in words(await client.post("/counter/supplements/taken", data=other))
    count = await desk.fetchval(
        "SELECT count(*) FROM consignment WHERE dossier_id = $1 AND leg = 'S'", asked.id
    )
    assert count == 1
    paid = await desk.fetchval(
        "SELECT count(*) FROM charge WHERE dossier_id = $1 AND leg = 'S'", asked.id
    )
    assert paid == 1


async def test_another_office_cannot_print_what_it_did_not_take(
    client: Client, far: Town, asked: Dossier
) -> None:
    answer = await client.post("/counter/supplements/taken", data=form(client, asked))
    way = answer.headers["location"].split("?")[0]
    await client.sign_in("clerk")
    for page in (way, f"{way}/slip.pdf", f"{way}/label.pdf"):
        assert (await client.get(page)).status_code == 404


async def test_the_agency_and_the_citizen_read_that_it_is_coming(
    client: Client, far: Town, asked: Dossier
) -> None:
    """Nobody has to call to ask whether the papers were brought."""
    await client.post("/counter/supplements/taken", data=form(client, asked))
    await client.sign_in("officer")
    page = words(await client.get(f"/agency/dossiers/{asked.ref}"))
    assert "Giấy tờ bổ sung" in page
    assert "1 bản chính" in page
    client.forget()
    told = words(await client.get(f"/h/{asked.tracking_code}"))
    assert "đang chuyển giấy tờ bổ sung" in told
    assert "Đến lượt bưu điện" in told


async def test_the_register_adds_up_and_tells_it_on_every_paper(
    client: Client, far: Town, asked: Dossier, desk: Connection
) -> None:
    """An auditor finds nothing; the control slip, the slip and the leg's own clock know of it."""
    await client.post("/counter/supplements/taken", data=form(client, asked))
    await client.sign_in("clerk")
    change = {
        "csrf": client.form_token, "form_id": str(uuid4()), "asked_by": "applicant",
        "known_by": "id_paper", "proof": "0001", "papers_back": "home", "phone": "0590000777",
    }  # fmt: skip
    assert (await client.post(f"/counter/changes/{asked.ref}", data=change)).status_code == 303

    paper = await client.get(f"/papers/dossiers/{asked.ref}/control-slip.pdf")
    assert paper.content.startswith(b"%PDF")
    shown = words(await client.get(f"/slips/{asked.ref}"))
    assert "Giấy tờ bổ sung" in shown
    assert "cách nhận lại giấy tờ: giao tại nhà" in shown
    assert await leg_clocks.promise_all(desk) is None
    promised = await desk.fetchval(
        "SELECT count(*) FROM leg_promise p JOIN consignment c ON c.id = p.consignment_id"
        " WHERE c.leg = 'S'"
    )
    assert promised == 1
    async with desk.transaction():
        lines = [
            line
            async for some in seal_store.lines(desk, 100)
            for line in some
            if line.dossier_id == asked.id
        ]
    own = asked.id - 1, asked.id
    [kept] = await seal_store.kept_dossiers(desk, *own)
    papers = {each.id: each for each in await seal_store.kept_papers(desk, *own)}
    assert fold.check(lines, kept, papers) == []


def test_the_words_of_what_is_missing() -> None:
    """A certified copy does where a photocopy was asked for, never the other way round."""
    paper = supplements.Wanted(ordinal=1, name="Sổ", originals=1, certified=1, photocopies=2)
    counted = {1: supplements.Count(0, 3, 0)}
    assert supplements.lacking(paper, counted) == "Sổ (1 bản chính)"
    assert supplements.lacking(paper, {}) == "Sổ (1 bản chính, 1 bản chứng thực, 2 bản photo)"
    copies = {1: supplements.Count(1, 0, 9)}
    assert supplements.lacking(paper, copies) == "Sổ (1 bản chứng thực)"
