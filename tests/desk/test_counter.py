"""Accepting a dossier: what is asked, what is refused, what is written down."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from asyncpg import Connection
from msgspec.structs import replace

from postal_service.caller import Role, Staff
from postal_service.clock import VIETNAM
from postal_service.desk import counter, drafts, shelf
from postal_service.desk.intake import Entry, Incomplete, PaperEntry
from postal_service.desk.printing import prints
from postal_service.desk.published import procedures
from tests import make
from tests.make import MORNING, Town
from tracking.stages import Stage

#: "Cấp bản sao Trích lục hộ tịch": 8.000 đ a copy, answered on the day, both ways by post.
EXTRACT = "2.000635"
#: "Đăng ký kết hôn": both must come in person.
MARRIAGE = "1.000894"
#: "Đổi giấy phép lái xe": only the result may be posted.
LICENCE = "3.000347"


def clerk(town: Town, office: int | None = None) -> Staff:
    return Staff(
        id=town.clerk,
        username="clerk",
        full_name="Nguyễn Thu Hà",
        given_name="Hà",
        role=Role.CLERK,
        office_id=office or town.office,
        office_name="Bưu cục",
        agency_id=None,
        agency_name=None,
        phone=None,
        last_seen_at=MORNING,
    )


async def entry(desk: Connection, town: Town, code: str = EXTRACT, **typed: object) -> Entry:
    """A form that can be accepted: say only what matters."""
    chosen = await procedures.find(desk, code, MORNING.date())
    offered = await counter.choices(desk, str(chosen.id), town.office, MORNING)
    whole = Entry(
        form_id=str(uuid4()),
        procedure_id=str(chosen.id),
        agency_id=str(offered.agencies[0].id),
        service="both",
        return_way="home",
        name="Nguyễn Thị Kỳ Duyên",
        citizen_id="068185004217",
        phone="0912 345 678",
        address="12 thôn Đạ Nghịt, xã Lạc Dương",
        papers=tuple(
            PaperEntry(
                ordinal=str(line.ordinal),
                has=line.required,
                originals=str(line.originals),
                certified=str(line.certified),
                photocopies=str(line.photocopies),
            )
            for line in chosen.documents
        ),
    )
    return replace(whole, **typed)


async def accept(desk: Connection, town: Town, typed: Entry, now: datetime = MORNING) -> str:
    form = await counter.read(desk, typed, office_id=town.office, now=now)
    return (await counter.accept(desk, form, staff=clerk(town), now=now)).ref


async def refused(desk: Connection, town: Town, typed: Entry) -> list[str]:
    """The fields that keep a form from being accepted."""
    with pytest.raises(Incomplete) as refusal:
        await accept(desk, town, typed)
    assert all(problem.vi and problem.en for problem in refusal.value.problems)
    return [problem.field for problem in refusal.value.problems]


async def test_a_full_form_becomes_a_dossier(desk: Connection, town: Town) -> None:
    """Receipt, register and label tell one story, and state money stands apart from postage."""
    ref = await accept(desk, town, await entry(desk, town))

    sheet = await prints.find(desk, ref, town.office)
    assert ref == "LD-261123-00001"
    assert sheet.s10 is not None
    assert [(line.kind, line.amount_vnd, line.paid) for line in sheet.charges] == [
        ("state_charge", 8_000, True),
        ("postage_out", 24_000, True),
        ("postage_back", 21_500, False),
        ("collection", 8_500, True),
    ]
    assert sheet.collected == 40_500
    assert sheet.phone == "+84912345678"
    assert [paper.name_vi for paper in sheet.papers][:1] == [
        "Tờ khai cấp bản sao trích lục hộ tịch"
    ]
    held = await shelf.items(desk, town.office)
    assert [(item.ref, item.stage) for item in held] == [(ref, Stage.ACCEPTED)]


async def test_the_register_learns_no_name(desk: Connection, town: Town) -> None:
    """What is append-only for ever must hold nothing that a law may order erased."""
    await accept(desk, town, await entry(desk, town))

    facts = await desk.fetchval("SELECT facts FROM event")
    assert facts == {"papers": 2}


async def test_everything_wrong_is_said_at_once(desk: Connection, town: Town) -> None:
    """Citizens used to be sent home five times, for a new reason each time."""
    empty = await entry(desk, town, name="", phone="0912 345", address="", papers=())

    assert await refused(desk, town, empty) == ["name", "phone", "address", "has-1", "has-2"]


async def test_nothing_can_be_added_to_the_published_list(desk: Connection, town: Town) -> None:
    """Asking for a paper the agency does not ask for is forbidden to the post."""
    typed = await entry(desk, town)
    extra = (*typed.papers, PaperEntry(ordinal="99", has=True, originals="1"))

    ref = await accept(desk, town, replace(typed, papers=extra))

    listed = (await prints.find(desk, ref, town.office)).papers
    assert 99 not in [paper.ordinal for paper in listed]


@pytest.mark.parametrize(
    ("code", "service", "field"),
    [
        (MARRIAGE, "both", "procedure_text"),
        (LICENCE, "both", "service"),
        (LICENCE, "send", "service"),
    ],
)
async def test_a_leg_the_agency_keeps_to_itself_is_refused(
    desk: Connection, town: Town, code: str, service: str, field: str
) -> None:
    """Each authority publishes, leg by leg, what may not be posted."""
    assert field in await refused(desk, town, await entry(desk, town, code, service=service))


@pytest.mark.parametrize(
    "typed", ["0263 382 2345 1", "01632345678", "+44 20 7946 0958", "1900 1234", "²912345678", ""]
)
async def test_a_number_no_message_reaches_is_not_taken_for_one(
    desk: Connection, town: Town, typed: str
) -> None:
    """An old eleven-digit number is offered converted, never used unasked."""
    assert await refused(desk, town, await entry(desk, town, phone=typed)) == ["phone"]


async def test_no_phone_and_a_landline_are_legal_answers(desk: Connection, town: Town) -> None:
    """Then somebody calls or tells: no message is sent to where none can be read."""
    none = await accept(desk, town, await entry(desk, town, phone="", no_phone=True))
    landline = await accept(desk, town, await entry(desk, town, phone="0263 3822 345"))

    rows = await desk.fetch(
        "SELECT d.ref, p.phone, p.sms_allowed FROM dossier d JOIN party p ON p.id = d.applicant_id"
        " ORDER BY d.id"
    )
    assert [tuple(row) for row in rows] == [
        (none, None, False),
        (landline, "+842633822345", False),
    ]


async def test_a_second_press_finds_the_first_receipt(desk: Connection, town: Town) -> None:
    """A slow line makes people press twice; the citizen pays once."""
    typed = await entry(desk, town, other_receiver=True, receiver_name="Kon Sơ Bình",
                        receiver_address="7 Lang Biang, xã Lạc Dương")  # fmt: skip

    assert await accept(desk, town, typed) == await accept(desk, town, typed)

    assert await desk.fetchval("SELECT count(*) FROM dossier") == 1
    assert await desk.fetchval("SELECT count(*) FROM party") == 2
    with pytest.raises(counter.FormReused):
        await accept(desk, town, replace(typed, name="Người khác"))


async def test_papers_filed_at_the_agency_need_only_its_slip(desk: Connection, town: Town) -> None:
    """The citizen keeps her appointment; the post brings the result, and collects nothing now."""
    slip = await entry(
        desk,
        town,
        LICENCE,
        service="return",
        papers=(),
        agency_code="H36.19-261120-0042",
        due_day="27/11/2026",
        due_time="10:00",
    )

    ref = await accept(desk, town, slip)

    sheet = await prints.find(desk, ref, town.office)
    assert (sheet.s10, sheet.collected, sheet.agency_code) == (None, 0, "H36.19-261120-0042")
    assert sheet.due_at == datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
    assert sheet.expected_on > sheet.due_at.astimezone(VIETNAM).date()
    again = replace(slip, form_id=str(uuid4()))
    assert await refused(desk, town, again) == ["agency_code"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"agency_code": "H36.19-261124-0042"}, "agency_code"),
        ({"agency_code": "19-1"}, "agency_code"),
        ({"due_day": "9999-12-31"}, "due_day"),
        ({"due_day": "01/11/2026"}, "due_day"),
    ],
)
async def test_a_slip_that_cannot_be_is_refused(
    desk: Connection, town: Town, wrong: dict[str, str], field: str
) -> None:
    """A code from tomorrow or an appointment before reception was misread."""
    slip = {"agency_code": "H36.19-261120-0042", "due_day": "27/11/2026"} | wrong
    typed = await entry(desk, town, LICENCE, service="return", **slip)

    assert await refused(desk, town, typed) == [field]


async def test_without_a_leg_home_the_citizen_collects_at_the_agency(
    desk: Connection, town: Town
) -> None:
    """A dossier sent by post can be collected in person: nothing is owed at the door."""
    ref = await accept(desk, town, await entry(desk, town, service="send", address=""))

    sheet = await prints.find(desk, ref, town.office)
    assert sheet.return_way == "agency"
    assert [line.kind for line in sheet.charges] == ["state_charge", "postage_out", "collection"]


async def test_a_name_typed_decomposed_is_kept_as_one_string(desk: Connection, town: Town) -> None:
    """No first and last name are split off, and runs of blanks are one."""
    ref = await accept(desk, town, await entry(desk, town, name="K'Brếu   Ya  D'Ran"))

    assert (await prints.find(desk, ref, town.office)).name == "K'Brếu Ya D'Ran"


async def test_a_second_print_is_a_copy_and_a_print_ends(desk: Connection, town: Town) -> None:
    """Two originals of one receipt would be two claims to one result."""
    ref = await accept(desk, town, await entry(desk, town))
    later = make.MORNING.replace(hour=9)
    second = await prints.open_print(
        desk, ref, office_id=town.office, person_id=town.clerk, now=later
    )

    sheet = await prints.find_receipt(desk, ref, second, office_id=town.office, now=later)

    assert prints.receipt_of(sheet, site="https://x.vn", ordinal=1).copy == 0
    assert prints.receipt_of(sheet, site="https://x.vn", ordinal=second).copy == 1
    with pytest.raises(prints.PrintEnded):
        await prints.find_receipt(desk, ref, 1, office_id=town.office, now=later)


async def test_a_draft_is_its_clerks_and_goes_with_the_receipt(
    desk: Connection, town: Town
) -> None:
    """After a power cut the form is there; after the save it is not offered again."""
    typed, staff = await entry(desk, town), clerk(town)
    await drafts.hold(desk, typed, staff=staff, now=MORNING)
    looked_up = Entry(form_id=str(uuid4()), procedure_id=typed.procedure_id)
    await drafts.keep(desk, looked_up, staff=staff, now=MORNING)  # a price asked, nobody named
    [held] = await drafts.mine(desk, staff)
    assert await drafts.recover(desk, held.form_id, staff) == typed

    await accept(desk, town, typed)
    await drafts.hold(
        desk, typed, staff=staff, now=MORNING
    )  # the page's last change, arriving late

    assert await drafts.mine(desk, staff) == []
