"""Things tests need to exist. Every default is legal; say only what matters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from asyncpg import Connection
from msgspec import Struct, structs

from postal_service import security_store
from postal_service.clock import VIETNAM
from postal_service.desk.citizen import party_store
from postal_service.desk.intake import Person
from postal_service.desk.money import charges, collect
from postal_service.desk.money.model import Kind, Moment, NewCharge, Payer, Press
from postal_service.fields import Keys
from postal_service.settings import Settings
from tracking import journey, rulings, slip
from tracking.model import Actor as Actor
from tracking.model import Dossier, Event, NewDossier, Party, Ruling, Scan
from tracking.stages import Act, Keeper, Leg, Stage

#: What the application derives on a laptop: tests read what it wrote.
KEYS = Keys.read(Settings())

#: A working Monday morning; the Tuesday after it is a public holiday, and due dates show it.
MORNING = datetime(2026, 11, 23, 8, 15, tzinfo=VIETNAM)

PASSWORD = "bưu điện 2026"
#: The real hasher at its cheapest: what is tested is not how slow it is.
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


class Town(Struct, frozen=True, kw_only=True):
    """One office, one agency it serves, and the people who work there."""

    office: int
    agency: int
    procedure: int
    clerk: int
    courier: int
    other_courier: int
    officer: int

    @property
    def by_clerk(self) -> Actor:
        return Actor(person=self.clerk, keeper=Keeper.OFFICE, office=self.office)

    @property
    def by_courier(self) -> Actor:
        return Actor(person=self.courier, keeper=Keeper.COURIER, office=self.office)

    @property
    def by_other_courier(self) -> Actor:
        return Actor(person=self.other_courier, keeper=Keeper.COURIER, office=self.office)

    @property
    def by_officer(self) -> Actor:
        return Actor(person=self.officer, keeper=Keeper.AGENCY, agency=self.agency)


async def town(
    conn: Connection, *, office: str = "66D01", agency: str = "", suffix: str = ""
) -> Town:
    """The people of an office of the loaded province and of an agency near it; see PASSWORD."""
    office_id = await conn.fetchval("SELECT id FROM office WHERE code = $1", office)
    agency_id = await conn.fetchval(
        "SELECT id FROM agency WHERE CASE WHEN $1 = '' THEN level = 'commune' ELSE code = $1 END"
        " AND (valid_to IS NULL OR valid_to > $2) AND coalesce(valid_from, $2) <= $2"
        " ORDER BY unit_code = (SELECT commune_2025 FROM office WHERE id = $3) DESC, id LIMIT 1",
        agency,
        MORNING.date(),
        office_id,
    )
    procedure_id = await conn.fetchval(
        "SELECT id FROM procedure WHERE level = 'commune' AND bcci_forward AND bcci_return"
        " AND valid_to IS NULL AND code = '1.004873'"
    )
    await journey.give_numbers(conn, office_id)
    people = {
        role: await person(conn, f"{role}{suffix}", kind, office_id, agency_id)
        for role, kind in (
            ("clerk", "clerk"),
            ("courier", "courier"),
            ("other_courier", "courier"),
            ("officer", "agency_officer"),
        )
    }
    return Town(office=office_id, agency=agency_id, procedure=procedure_id, **people)


async def person(conn: Connection, name: str, role: str, office_id: int, agency_id: int) -> int:
    found = await security_store.add_person(
        conn,
        username=name.replace("_", "-"),
        full_name=f"Nguyễn Văn {name.title()}",
        given_name="Văn",
        role=role,
        office_id=office_id if role in ("clerk", "courier", "supervisor") else None,
        agency_id=agency_id if role == "agency_officer" else None,
        phone="+84590000999",
        password_hash=PASSWORD_HASH,
    )
    assert found is not None
    return found


async def party(conn: Connection, *, phone: str | None = "+84590000001") -> int:
    return await party_store.add_party(
        conn,
        Person(
            full_name="Trần Bích Uyên",
            citizen_id="068159990001",
            phone=phone,
            sms_allowed=phone is not None,
            address="71 Phan Đình Phùng, phường Lang Biang - Đà Lạt, tỉnh Lâm Đồng",
        ),
    )


def costs(town: Town) -> tuple[NewCharge, ...]:
    """A fee and the way out, paid at the counter; the way back is paid at the door."""
    return (
        NewCharge(kind=Kind.STATE_FEE, amount_vnd=8000, agency_id=town.agency),
        NewCharge(kind=Kind.POSTAGE_OUT, amount_vnd=22000),
        NewCharge(
            kind=Kind.POSTAGE_BACK,
            amount_vnd=22000,
            leg=Leg.RESULT,
            payer=Payer.RECEIVER,
            moment=Moment.ON_DELIVERY,
        ),
    )


async def dossier(
    conn: Connection,
    town: Town,
    *,
    service: str = "both",
    return_way: str = "home",
    phone: str | None = "+84590000001",
    at: datetime = MORNING,
    offered: bool = True,
) -> Dossier:
    """An accepted dossier, intake lines included; the clerk has offered it to the courier."""
    citizen = await party(conn, phone=phone)
    opened = await journey.open_dossier(
        conn,
        NewDossier(
            form_id=uuid4(),
            procedure_id=town.procedure,
            applicant_id=citizen,
            receiver_id=citizen,
            office_id=town.office,
            agency_id=town.agency,
            service=service,
            return_way=return_way,
            limit_value=3,
            limit_unit="working_day",
            same_day_cutoff=False,
            hours_group="LD-STD",
            at=at,
            expected_on=date(2026, 12, 1),
            by=town.by_clerk,
        ),
        heard_at=at,
    )
    await conn.execute(
        "INSERT INTO intake (dossier_id, form_id, clerk_id, form_set, weight_g)"
        " VALUES ($1, $2, $3, 'TT03-2025', 50)",
        opened.id,
        uuid4(),
        town.clerk,
    )
    await charges.add(conn, opened.id, costs(town), person_id=town.clerk, at=at)
    press = Press(key=uuid4(), by=town.by_clerk, at=at, now=at)
    await collect.before(conn, opened.id, press)
    if offered and service != "return":
        await scans(conn, [offer(await s10(conn, opened), town, at=at)])
    return opened


def scan(
    s10: str,
    act: Act,
    by: Actor,
    *,
    id: UUID | None = None,
    at: datetime = MORNING,
    **facts: object,
) -> Scan:
    needed = {
        Act.MISS: {"reason": "DF03"},
        Act.DELIVER: {"relation": "self"},
        Act.DECLINE: {"reason": "CD01"},
    }
    return Scan(id=id or uuid4(), s10=s10, act=act, at=at, by=by, facts=needed.get(act, {}) | facts)


def offer(s10: str, town: Town, *, at: datetime = MORNING) -> Scan:
    """The office offers a paper to the courier."""
    made = scan(s10, Act.OFFER, town.by_clerk, at=at)
    return structs.replace(made, to=Party(Keeper.COURIER, town.courier))


async def s10(conn: Connection, dossier: Dossier, leg: Leg = Leg.FORWARD) -> str:
    found = await slip.by_ref(conn, dossier.ref)
    assert found is not None
    item = found.leg(leg)
    assert item is not None, f"{dossier.ref} has no leg {leg}"
    return item.s10


async def scans(conn: Connection, made: Sequence[Scan]) -> list[Event]:
    """Record scans that must all succeed."""
    answers = await journey.record(conn, made, heard_at=MORNING + timedelta(days=30))
    assert all(isinstance(answer, Event) for answer in answers), answers
    return [answer for answer in answers if isinstance(answer, Event)]


async def signed(conn: Connection, town: Town, dossier: Dossier) -> None:
    """Carry the dossier to the agency and have it signed for."""
    number = await s10(conn, dossier)
    await scans(
        conn,
        [
            scan(number, Act.COLLECT, town.by_courier),
            scan(number, Act.HAND_OVER, town.by_courier),
            scan(number, Act.SIGN, town.by_officer),
        ],
    )


def ruling(
    dossier: Dossier, act: Act, town: Town, *, at: datetime = MORNING, **given: object
) -> Ruling:
    needed: dict[Act, dict[str, object]] = {
        Act.RECEIVE: {
            "agency_code": f"H36.31-261123-{dossier.id:04}",
            "due_at": at + timedelta(days=3),
        },
        Act.RESUME: {"due_at": at + timedelta(days=5)},
        Act.ASK_MORE: {"facts": {"reason": "PA01", "papers": 2}},
        Act.REFUSE: {"facts": {"reason": "RF01"}},
    }
    return Ruling(
        id=uuid4(),
        ref=dossier.ref,
        act=act,
        at=at,
        by=town.by_officer,
        **(needed.get(act, {}) | given),
    )


async def rule(conn: Connection, town: Town, dossier: Dossier, *acts: Act) -> None:
    """Have the agency do *acts* in turn."""
    for act in acts:
        made = ruling(dossier, act, town)
        verb = rulings.release if act is Act.RELEASE else rulings.rule
        await verb(conn, made, heard_at=MORNING + timedelta(days=30))


async def ready(conn: Connection, town: Town, dossier: Dossier) -> str:
    """Bring the dossier to its result, lying ready at the agency; the result's number."""
    await signed(conn, town, dossier)
    await rule(conn, town, dossier, Act.RECEIVE, Act.FINISH, Act.RELEASE)
    return await s10(conn, dossier, Leg.RESULT)


#: How many of HOMEWARD's acts bring a result from the agency's desk to each later stage.
HOMEWARD = (Act.COLLECT, Act.BRING_IN, Act.TAKE_IN, Act.OFFER, Act.COLLECT, Act.DELIVER)
STEPS = {Stage.TO_OFFICE: 1, Stage.AT_OFFICE: 3, Stage.OUT: 5, Stage.DELIVERED: 6}


async def result(
    conn: Connection, town: Town, dossier: Dossier, stage: Stage, *, offered: bool = False
) -> str:
    """Bring the dossier's result to *stage*; at the office also *offered* to the courier."""
    number = await ready(conn, town, dossier)
    acts = HOMEWARD[: STEPS[stage] + offered]
    await scans(conn, [homeward(number, act, town) for act in acts])
    return number


def homeward(number: str, act: Act, town: Town) -> Scan:
    if act is Act.OFFER:
        return offer(number, town)
    return scan(number, act, town.by_clerk if act is Act.TAKE_IN else town.by_courier)
