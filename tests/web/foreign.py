"""Another office's and another agency's papers, people and lists: what nobody at home may learn of.

Of every kind of thing that an address of the product can name there are ids here, of things that
exist and are open, so that a door that forgets to look finds something behind it.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID, uuid4

from asyncpg import Connection
from msgspec import Struct
from PIL import Image

from postal_service.caller import Staff
from postal_service.desk.batches import batches
from postal_service.desk.citizen import complaints, party_store
from postal_service.desk.citizen.party_store import Person
from postal_service.desk.door import proof_store
from postal_service.desk.door.proof_store import Attachment
from postal_service.desk.outages import outage, outage_store
from postal_service.desk.papers import Kind as PaperKind
from postal_service.desk.pickups import pickups
from postal_service.desk.pickups.pickup_places import Served
from postal_service.desk.pickups.pickup_rules import Wanted as Visit
from postal_service.desk.pickups.pickups import By, Press, Ride
from postal_service.desk.printing import archive
from postal_service.desk.published import offices
from postal_service.desk.watch import closures, closures_store, radar
from postal_service.desk.watch.approvals import Kind
from tests import laid, make, trouble
from tests.make import MORNING, Town
from tests.web import foreign_bank, foreign_bounces, foreign_money, foreign_settlements
from tracking import incidents
from tracking.incident_store import NewIncident
from tracking.model import Dossier
from tracking.stages import Stage

#: Nobody at home has such a name, number or street; each is looked for in every answer.
PERSON = Person(
    full_name="Lò Thị Kín Đáo",
    citizen_id="068199990271",
    phone="+84590000271",
    sms_allowed=True,
    address="9 Ngõ Không Ai Biết, xã Cát Tiên, tỉnh Lâm Đồng",
)

SECRETS = (
    "Kín Đáo", "KIN DAO", "590000271", "0590 000 271", "059 000 0271", "068199990271",
    "Không Ai Biết",
)  # fmt: skip
#: Stages of results; None: papers still on the office's shelf.
STAGES = (None, Stage.TO_OFFICE, Stage.AT_OFFICE, Stage.OUT, Stage.DELIVERED)


class Foreign(Struct, frozen=True, kw_only=True):
    """``ids``: by kind, ids of things of theirs as an address or a form spells them."""

    town: Town
    ids: dict[str, list[str]]

    @property
    def marks(self) -> set[str]:
        """What gives them away: names and numbers of theirs, long enough to be nothing else's."""
        told = {each for ids in self.ids.values() for each in ids if len(each) > 8}
        return told | set(SECRETS)


async def settle(conn: Connection) -> Foreign:
    """Another town at work: a thing of every kind, none of them the home town's business."""
    town = await make.town(conn, office="66600", suffix="-far")
    await make.person(conn, "far-boss", "supervisor", town.office, town.agency)
    dossiers: list[Dossier] = []
    numbers: list[str] = []
    for stage in STAGES:
        dossiers.append(await own(conn, town))
        numbers.append(await make.s10(conn, dossiers[-1]))
        if stage is not None:
            numbers.append(await make.result(conn, town, dossiers[-1], stage))
    dossiers.append(await own(conn, town))
    numbers.append(await make.ready(conn, town, dossiers[-1]))
    listed, laid_down, _ = await laid.lists(conn, town, 2)
    numbers += laid_down
    ids = {
        "office": [str(town.office)],
        "agency": [str(town.agency)],
        "person": [str(each) for each in (town.clerk, town.courier, town.officer)],
        "ref": [each.ref for each in dossiers],
        "code": [each.tracking_code for each in dossiers[:2]],
        "agency_code": await texts(
            conn,
            "SELECT agency_code FROM dossier WHERE agency_id = $1 AND agency_code > ''",
            town.agency,
        ),
        "s10": numbers,
        "number": [listed],
    }
    ids["pickup"] = await visits(conn, town)  # before their office is cut off
    ids |= await work(conn, town, dossiers[-2])
    ids |= await papers(conn, town, dossiers[0])
    ids |= await foreign_money.settle(conn, town, dossiers[-2])
    ids |= await foreign_settlements.settle(conn, town)
    ids |= await foreign_bounces.settle(conn, town, await own(conn, town))
    ids |= await foreign_bank.settle(conn, town, dossiers[0])
    assert all(ids.values()), [kind for kind, found in ids.items() if not found]
    return Foreign(town=town, ids=ids)


async def papers(conn: Connection, town: Town, dossier: Dossier) -> dict[str, list[str]]:
    """What they printed: a kept paper, a complaint's receipt, blanks for an outage; a phone."""
    staff = await trouble.staff(conn, town.clerk)
    filing = archive.Filing(kind=PaperKind.WITHDRAWAL, subject=dossier.ref, ref=dossier.ref)
    kept = await archive.keep(conn, filing, b"%PDF-1.7 theirs", by=staff, now=MORNING)
    assert kept is not None
    said = complaints.Typed(
        form_id=uuid4(), about="attitude", text="Phải chờ rất lâu mà không ai hỏi"
    )
    complaint = await complaints.open_(conn, said, staff=staff, now=MORNING)
    pack = await outage.make(conn, uuid4(), 2, staff=staff, now=MORNING)
    phone = await conn.fetchval(
        "INSERT INTO phone (person_id, office_id, token_hash, label, registered_at)"
        " VALUES ($1, $2, sha256('theirs'), 'Máy của họ', $3) RETURNING id",
        town.courier, town.office, MORNING,
    )  # fmt: skip
    return {
        "paper": [str(kept.id)],
        "complaint": [complaint],
        "batch": [str(await organisation(conn, staff))],
        "pack": [str(pack)],
        "blank": [each.ref for each in await outage_store.sheets(conn, pack, MORNING.date())],
        "phone": [str(phone)],
    }


async def organisation(conn: Connection, staff: Staff) -> UUID:
    """A file that an organisation brought to their counter, with a bad line in it."""
    raw = f"Mã thủ tục,Họ và tên,Điện thoại\n0.000000,{PERSON.full_name},0590000271\n".encode()
    brief = batches.Brief(
        id=uuid4(), org_name="Công ty Kín Đáo", tax_code="0100112437", zeros=False,
        file_name="theirs.csv", raw=raw,
    )  # fmt: skip
    await batches.bring(conn, brief, staff, now=MORNING)

    @asynccontextmanager
    async def begin() -> AsyncIterator[Connection]:
        async with conn.transaction():
            yield conn

    while await batches.work(begin, MORNING):
        pass
    return brief.id


async def visits(conn: Connection, town: Town) -> list[str]:
    """Orders of theirs to fetch papers: one their courier rides for, one of their agency's."""
    served = Served(office=await offices.get(conn, town.office), placed=True)
    found = []
    for by in (
        By(channel="clerk", person_id=town.clerk),
        By(channel="agency", person_id=town.officer, agency_id=town.agency),
    ):
        wanted = Visit(
            form_id=uuid4(), sender=PERSON, procedure_id=None, agency_id=by.agency_id, dossiers=1,
            day=(MORNING + timedelta(days=3 + len(found))).date(), half="morning",
        )  # fmt: skip
        found.append(await pickups.order(conn, wanted, served, by=by, now=MORNING))
    staff = await trouble.staff(conn, town.clerk)
    ride = Ride(courier_id=town.courier, day=(MORNING + timedelta(days=3)).date(), half="morning")
    press = Press(number=found[0], form_id=uuid4())
    await pickups.accept(conn, press, ride, staff=staff, now=MORNING)
    return found


async def own(conn: Connection, town: Town) -> Dossier:
    """A dossier of theirs, accepted and offered to their courier."""
    made = await make.dossier(conn, town)
    party = await party_store.add_party(conn, PERSON)
    await conn.execute(
        "UPDATE dossier SET applicant_id = $2, receiver_id = $2 WHERE id = $1", made.id, party
    )
    return made


async def work(conn: Connection, town: Town, delivered: Dossier) -> dict[str, list[str]]:
    """What they have open besides papers: alarms, closures, incidents, questions, drafts, tasks."""
    missing = await trouble.missing(conn, town)
    lost = await conn.fetchrow(
        "SELECT c.id, e.scan_id FROM consignment c JOIN event e ON e.consignment_id = c.id"
        " WHERE c.s10 = $1 AND e.act = 'report_missing'",
        missing,
    )
    incident = NewIncident(
        cause=lost["scan_id"], office_id=town.office, reason="CD03", consignment_id=lost["id"],
        by=town.courier, at=MORNING,
    )  # fmt: skip
    await incidents.open_all(conn, [incident])
    asked = await trouble.ask(conn, town.clerk, Kind.DECLARE_LOST, missing)
    await radar.look(conn, town.office, now=MORNING + timedelta(days=4))
    await closures.declare(
        conn,
        closures_store.New(
            kind="office", office_id=town.office, commune=None, from_commune=None, reason="CL01",
            until_day=(MORNING + timedelta(days=2)).date(), form_id=uuid4(),
        ),
        by=town.clerk,
        now=MORNING,
    )  # fmt: skip
    draft, task = uuid4(), "calls:far"
    await conn.execute(
        "INSERT INTO task (office_id, dossier_id, kind, cause, text_vi, opened_at)"
        " VALUES ($1, $2, 'call_citizen', $3, 'Gọi cho người nộp', $4)",
        town.office, delivered.id, task, MORNING,
    )  # fmt: skip
    scan, picture = await proof(conn, town, delivered)
    return {
        "scan": [scan],
        "sha256": [picture],
        "draft": [str(draft)],
        "asked": [str(asked.id)],
        "missing": [missing],
        "alarm": await texts(conn, "SELECT id FROM alarm WHERE office_id = $1", town.office),
        "closure": await texts(conn, "SELECT id FROM closure WHERE office_id = $1", town.office),
        "incident": await texts(conn, "SELECT id FROM incident WHERE office_id = $1", town.office),
        "task": await texts(conn, "SELECT id FROM task WHERE office_id = $1", town.office),
    }


async def proof(conn: Connection, town: Town, dossier: Dossier) -> tuple[str, str]:
    """A photo beside the delivery of *dossier*: the scan's id and the picture's hash, in hex."""
    scan = await conn.fetchval(
        "SELECT scan_id FROM event WHERE dossier_id = $1 AND act = 'deliver'", dossier.id
    )
    out = io.BytesIO()
    Image.new("RGB", (40, 40), "navy").save(out, "PNG")
    content = out.getvalue()
    name = hashlib.sha256(content).digest()
    await proof_store.keep_file(conn, name, "image/png", content, MORNING)
    made = Attachment(sent=name, kind="photo", sha256=name, added_by=town.courier)
    await proof_store.attach(conn, scan, made, MORNING)
    return str(scan), name.hex()


async def texts(conn: Connection, sql: str, *args: object) -> list[str]:
    return [str(row[0]) for row in await conn.fetch(sql, *args)]


#: What they have, as one number: changed by nobody at home.
REGISTER = """
SELECT (SELECT md5(string_agg(d::text, '|' ORDER BY d.id)) FROM dossier d WHERE d.office_id = $1)
    || (SELECT md5(string_agg(c::text, '|' ORDER BY c.id)) FROM consignment c
         WHERE c.office_id = $1)
    || (SELECT count(*) FROM event e JOIN dossier d ON d.id = e.dossier_id WHERE d.office_id = $1)
    || (SELECT md5(string_agg(h::text, '|' ORDER BY h.id)) FROM hand_over h WHERE h.office_id = $1)
    || (SELECT md5(string_agg(a::text, '|' ORDER BY a.id)) FROM approval a WHERE a.office_id = $1)
    || (SELECT md5(string_agg(v::text, '|' ORDER BY v.id)) FROM pickup v WHERE v.office_id = $1)
"""
#: What a manager may answer, lift and administer for any office, and nobody else at home.
WORK = """
SELECT (SELECT md5(string_agg(a::text, '|' ORDER BY a.id)) FROM alarm a WHERE a.office_id = $1)
    || (SELECT md5(string_agg(k::text, '|' ORDER BY k.id)) FROM closure k WHERE k.office_id = $1)
    || (SELECT md5(string_agg(i::text, '|' ORDER BY i.id)) FROM incident i WHERE i.office_id = $1)
    || (SELECT md5(string_agg(t::text, '|' ORDER BY t.id)) FROM task t WHERE t.office_id = $1)
    || (SELECT md5(string_agg(p::text, '|' ORDER BY p.id)) FROM person p WHERE p.office_id = $1)
    || (SELECT md5(string_agg(s::text, '|' ORDER BY s.id_hash)) FROM session s
          JOIN person p ON p.id = s.person_id WHERE p.office_id = $1)
"""


async def state(conn: Connection, theirs: Foreign, *, administers: bool) -> str:
    """Theirs as it is; of what an administrator may change for them, nothing."""
    office = theirs.town.office
    register = await conn.fetchval(REGISTER, office)
    return f"{register} {'' if administers else await conn.fetchval(WORK, office)}"
