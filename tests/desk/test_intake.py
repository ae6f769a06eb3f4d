"""The form that does not bounce: what it refuses, what it takes, and who says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asyncpg import Connection
from msgspec.structs import replace

from postal_service.desk import counter, guidance
from postal_service.desk.citizen import reads, retention
from postal_service.desk.errors import NoTariff
from postal_service.desk.intake import Entry, ExtraEntry, Incomplete, PaperEntry
from postal_service.desk.money.model import Kind, Moment
from postal_service.desk.printing import prints
from postal_service.desk.published import procedures
from tests.desk.test_counter import EXTRACT, LICENCE, MARRIAGE, accept, clerk, entry, refused
from tests.make import MORNING, Town

#: "Đăng ký khai sinh": six lines, three of them always.
BIRTH = "1.001193"
DEPUTY = {
    "represented": True,
    "rep_name": "Kon Sơ Bình",
    "rep_id": "068082004219",
    "rep_phone": "0912 345 679",
    "rep_paper": "UQ 12/2026 ngày 20/11/2026",
}


async def said(desk: Connection, town: Town, typed: Entry) -> dict[str, str]:
    """What is said of each field that keeps a form from being accepted."""
    with pytest.raises(Incomplete) as refusal:
        await accept(desk, town, typed)
    return {problem.field: problem.vi for problem in refusal.value.problems}


def counted(typed: Entry, ordinal: int, **counts: str) -> Entry:
    """The form with one line counted otherwise."""
    rows = [
        replace(row, has=True, **counts) if row.ordinal == str(ordinal) else row
        for row in typed.papers
    ]
    return replace(typed, papers=tuple(rows))


async def line_without_originals(desk: Connection) -> int:
    chosen = await procedures.find(desk, BIRTH, MORNING.date())
    return next(each.ordinal for each in chosen.documents if not each.originals)


async def test_an_original_nobody_needs_stays_with_the_citizen(
    desk: Connection, town: Town
) -> None:
    """A lost original is a year's trouble; the post carries only those that are asked for."""
    ordinal = await line_without_originals(desk)
    typed = counted(await entry(desk, town, BIRTH), ordinal, originals="1")

    refusal = await said(desk, town, typed)

    assert list(refusal) == [f"has-{ordinal}"]
    assert "Trả bản chính cho người dân giữ" in refusal[f"has-{ordinal}"]


async def test_two_sets_may_hold_two_originals(desk: Connection, town: Town) -> None:
    typed = counted(await entry(desk, town, BIRTH), 1, originals="2")

    assert await refused(desk, town, typed) == ["has-1"]
    assert await accept(desk, town, replace(typed, sets="2"))


async def test_a_paper_outside_the_list_is_refused_unless_she_insists(
    desk: Connection, town: Town
) -> None:
    """The post asks for nothing beyond the list; what a citizen adds herself is marked so."""
    extra = ExtraEntry(name="Sổ hộ khẩu cũ", photocopies="1")
    typed = await entry(desk, town, extras=(extra,))

    refusal = await said(desk, town, typed)
    ref = await accept(desk, town, replace(typed, insists=True))

    assert "không có trong danh mục" in refusal["insists"]
    papers = (await prints.find(desk, ref, town.office)).papers
    assert [(p.name_vi, p.photocopies) for p in papers if p.voluntary] == [("Sổ hộ khẩu cũ", 1)]
    sheet = await prints.find(desk, ref, town.office)
    receipt = prints.receipt_of(sheet, site="https://x.vn", ordinal=1)
    assert receipt.documents[-1].name == "Sổ hộ khẩu cũ (người dân tự nguyện nộp thêm)"


async def test_an_original_is_not_taken_even_if_she_insists(desk: Connection, town: Town) -> None:
    extra = ExtraEntry(name="Sổ đỏ", originals="1", photocopies="1")
    typed = await entry(desk, town, extras=(extra,), insists=True)

    assert "trả người dân giữ" in (await said(desk, town, typed))["extra-1"]


@pytest.mark.parametrize("copies", ["0", "", "100", "-1", "1.5", "²"])
async def test_a_paper_beyond_the_list_is_counted_like_any(
    desk: Connection, town: Town, copies: str
) -> None:
    extra = ExtraEntry(name="Đơn viết tay", photocopies=copies)
    typed = await entry(desk, town, extras=(extra,), insists=True)

    assert await refused(desk, town, typed) == ["extra-1"]


@pytest.mark.parametrize("count", ["-1", "1.5", "100", "1e3", "٣"])
async def test_each_of_the_three_columns_is_a_count(
    desk: Connection, town: Town, count: str
) -> None:
    for column in ("originals", "certified", "photocopies"):
        typed = counted(await entry(desk, town), 1, **{column: count})
        assert await refused(desk, town, typed) == ["has-1"], column


@pytest.mark.parametrize(
    ("typed", "told"), [("06818500421", "11"), ("068 185 004 21", "11"), ("12345678", "8")]
)
async def test_an_id_with_a_digit_too_few_says_how_many(
    desk: Connection, town: Town, typed: str, told: str
) -> None:
    """The number itself is repeated nowhere: a refusal is logged and printed."""
    refusal = await said(desk, town, await entry(desk, town, citizen_id=typed))

    assert f"có {told} chữ số" in refusal["citizen_id"]
    assert typed not in refusal["citizen_id"]


async def test_an_old_phone_number_is_told_its_new_one(desk: Connection, town: Town) -> None:
    refusal = await said(desk, town, await entry(desk, town, phone="0163 234 5678"))

    assert "0332 345 678" in refusal["phone"]


async def test_a_leg_the_agency_keeps_says_what_the_post_may_do(
    desk: Connection, town: Town
) -> None:
    refusal = await said(desk, town, await entry(desk, town, LICENCE, service="both"))

    assert "Nhận kết quả" in refusal["service"]
    assert "phiếu hướng dẫn" in refusal["service"]


async def test_an_address_in_an_ended_unit_is_kept_verbatim(desk: Connection, town: Town) -> None:
    """It never blocks, and nobody writes it anew: it is what the citizen said."""
    old = "71 Phan Đình Phùng, phường 7, TP Đà Lạt, tỉnh Lâm Đồng"

    ref = await accept(desk, town, await entry(desk, town, address=old))

    assert (await prints.find(desk, ref, town.office)).address == old


async def test_a_gap_in_the_tariff_is_a_clear_refusal(desk: Connection, town: Town) -> None:
    """Nobody guesses a price; nothing is written."""
    await desk.execute("UPDATE tariff SET valid_to = $1 WHERE valid_to IS NULL", MORNING.date())

    with pytest.raises(NoTariff) as refusal:
        await accept(desk, town, await entry(desk, town))

    assert "Báo người quản trị bổ sung bảng cước" in refusal.value.vi
    assert await desk.fetchval("SELECT count(*) FROM dossier") == 0


async def test_somebody_else_hands_it_in(desk: Connection, town: Town) -> None:
    """Known by her own number and by her paper, closed like the applicant's, seen with it."""
    typed = replace(await entry(desk, town), **DEPUTY)

    ref = await accept(desk, town, typed)

    sheet = await prints.find(desk, ref, town.office)
    assert (sheet.rep_name, sheet.rep_paper) == ("Kon Sơ Bình", "UQ 12/2026 ngày 20/11/2026")
    receipt = prints.receipt_of(sheet, site="https://x.vn", ordinal=1)
    assert (receipt.rep_name, receipt.name) == ("Kon Sơ Bình", "Nguyễn Thị Kỳ Duyên")
    people = await reads.people(desk, ref, staff=clerk(town))
    assert [(one.who, one.full_name) for one in people] == [
        ("applicant", "Nguyễn Thị Kỳ Duyên"),
        ("representative", "Kon Sơ Bình"),
    ]
    assert "068082004219" not in people[1].citizen_id
    assert ref == await accept(desk, town, typed)
    with pytest.raises(counter.FormReused):
        await accept(desk, town, replace(typed, rep_paper="UQ 13/2026"))


@pytest.mark.parametrize(
    ("missing", "fields"),
    [
        ({"rep_name": ""}, ["rep_name"]),
        ({"rep_id": ""}, ["rep_id"]),
        ({"rep_id": "06808200421"}, ["rep_id"]),
        ({"rep_paper": ""}, ["rep_paper"]),
        ({"rep_phone": "0912 345"}, ["rep_phone"]),
        ({"rep_phone": ""}, []),
    ],
)
async def test_who_stands_for_another_shows_who_she_is_and_her_paper(
    desk: Connection, town: Town, missing: dict[str, str], fields: list[str]
) -> None:
    typed = replace(await entry(desk, town), **{**DEPUTY, **missing})

    if fields:
        assert await refused(desk, town, typed) == fields
    else:
        assert await accept(desk, town, typed)


async def test_her_particulars_are_forgotten_with_the_dossier(desk: Connection, town: Town) -> None:
    """Not while it is under way, however long ago she stood here."""
    ref = await accept(desk, town, replace(await entry(desk, town), **DEPUTY))
    later = MORNING + timedelta(days=365 * 20)
    names = "SELECT p.full_name FROM party p JOIN representative r ON r.party_id = p.id"
    await desk.execute("UPDATE party SET created_at = $1", MORNING)
    await retention.sweep(desk, now=later)
    assert await desk.fetchval(names) == "Kon Sơ Bình"

    await desk.execute("UPDATE dossier SET status = 10 WHERE ref = $1", ref)
    await retention.sweep(desk, now=later)

    assert await desk.fetchval(names) != "Kon Sơ Bình"
    sheet = await prints.find(desk, ref, town.office)
    assert "UQ 12/2026" not in (sheet.rep_paper or "")


async def lines(desk: Connection, ref: str) -> dict[str, tuple[str, str, str]]:
    rows = await desk.fetch(
        "SELECT c.kind, c.moment, c.payer, c.why FROM charge c JOIN dossier d"
        " ON d.id = c.dossier_id WHERE d.ref = $1",
        ref,
    )
    return {row["kind"]: (row["moment"], row["payer"], row["why"]) for row in rows}


async def test_she_may_pay_when_the_result_comes(desk: Connection, town: Town) -> None:
    typed = await entry(desk, town, state_moment="on_delivery", back_moment="before")

    charged = await lines(desk, await accept(desk, town, typed))

    assert charged[Kind.STATE_CHARGE] == (Moment.ON_DELIVERY, "receiver", "")
    assert charged[Kind.POSTAGE_OUT] == (Moment.BEFORE, "applicant", "")
    assert charged[Kind.POSTAGE_BACK] == (Moment.BEFORE, "applicant", "")


async def test_an_exemption_has_a_ground(desk: Connection, town: Town) -> None:
    typed = await entry(desk, town, state_moment="exempt", exempt_why="Hộ nghèo, sổ 12/2026")

    assert await refused(desk, town, replace(typed, exempt_why="")) == ["exempt_why"]
    charged = await lines(desk, await accept(desk, town, typed))

    assert charged[Kind.STATE_CHARGE] == (Moment.EXEMPT, "applicant", "Hộ nghèo, sổ 12/2026")
    assert Kind.COLLECTION not in charged


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"state_moment": "tomorrow"}, "state_moment"),
        ({"means": "none"}, "means"),
        ({"means": "goats"}, "state_moment"),
        ({"back_moment": "exempt"}, "means"),
        ({"service": "send", "state_moment": "on_delivery"}, "state_moment"),
    ],
)
async def test_money_is_paid_in_a_way_there_is(
    desk: Connection, town: Town, typed: dict[str, str], field: str
) -> None:
    assert await refused(desk, town, await entry(desk, town, **typed)) == [field]


async def mends(desk: Connection, town: Town, code: str, **typed: object) -> list[tuple[str, str]]:
    """What the guidance slip says beside missing papers, and who mends it."""
    form = await entry(desk, town, code, **typed)
    offered = await counter.choices(desk, form.procedure_id, town.office, MORNING)
    found = await guidance.everything(desk, offered, form, MORNING)
    return [(each.whose, each.said) for each in found]


async def test_the_guidance_says_everything_at_once_and_whose_it_is(
    desk: Connection, town: Town
) -> None:
    """The citizen hears all of it one time, and nobody is blamed for another's part."""
    found = await mends(
        desk,
        town,
        EXTRACT,
        papers=(PaperEntry(ordinal="2", has=True, originals="9"),),
        citizen_id="06818500421",
        phone="0163 234 5678",
        address="5 Trần Phú, P. 4, Đà Lạt",
        weight_g="0",
        represented=True,
    )

    whose = {said.split(" ")[0]: who for who, said in found}
    told = " ".join(said for _, said in found)
    assert "Trả bản chính cho người dân giữ" in told
    assert "11 chữ số" in told
    assert "0332 345 678" in told
    assert "nay là Phường Xuân Hương - Đà Lạt" in told
    assert "giấy ủy quyền" in told
    assert "Thiếu: " not in told  # missing papers have their own table
    assert ("Bưu cục", "Ghi một số từ 1 đến 30000.") in found
    assert set(whose.values()) == {"Người dân", "Bưu cục"}


async def test_the_guidance_of_an_empty_form_blames_nobody(desk: Connection, town: Town) -> None:
    found = await mends(desk, town, EXTRACT, name="", phone="", citizen_id="", address="")

    assert found == []


@pytest.mark.parametrize(("code", "after"), [(LICENCE, True), (MARRIAGE, False)])
async def test_the_guidance_sends_her_where_her_papers_are_taken(
    desk: Connection, town: Town, code: str, *, after: bool
) -> None:
    [(whose, told), *rest] = await mends(desk, town, code)

    assert rest == []
    assert whose == "Cơ quan"
    assert "tự nộp tại cơ quan" in told
    assert ("mang giấy hẹn tới bưu cục" in told) is after
