"""The counter's own page where it receives in an agency's name, as the clerk's role sees it."""

from __future__ import annotations

from datetime import date

from asyncpg import Connection

from postal_service.desk.agency import delegations
from tests.desk.test_counter import entry
from tests.make import Town
from tests.web.conftest import Client
from tracking import slip
from tracking.stages import Status

CODE = "H36.31-261123-0042"


async def test_the_form_asks_for_the_code_and_receives(
    client: Client, desk: Connection, town: Town
) -> None:
    """The field is there only where the counter may; the citizen reads the appointment at once."""
    await client.sign_in("clerk")
    typed = await entry(desk, town)
    office = await desk.fetchval("SELECT code FROM office WHERE id = $1", town.office)
    agency = await desk.fetchval("SELECT code FROM agency WHERE id = $1", int(typed.agency_id))
    await delegations.add(desk, office, agency, (date(2026, 11, 1), None), "QĐ 1256/2025")
    form = {
        "csrf": client.form_token,
        **{
            name: str(getattr(typed, name))
            for name in (
                "form_id", "procedure_id", "agency_id", "service", "return_way", "name",
                "citizen_id", "phone", "address", "weight_g", "sets",
            )
        },
        **{f"has-{row.ordinal}": "on" for row in typed.papers if row.has},
        **{f"originals-{row.ordinal}": row.originals for row in typed.papers},
        **{f"certified-{row.ordinal}": row.certified for row in typed.papers},
        **{f"photocopies-{row.ordinal}": row.photocopies for row in typed.papers},
    }  # fmt: skip

    bare = await client.post("/counter/dossiers", data=form)
    saved = await client.post("/counter/dossiers", data=form | {"given_code": CODE})

    assert bare.status_code == 422
    assert 'name="given_code"' in bare.text
    assert saved.status_code in (200, 303), saved.text
    ref = await desk.fetchval("SELECT ref FROM dossier")
    found = await slip.by_ref(desk, ref)
    assert found is not None
    assert found.dossier.status is Status.RECEIVED
    page = await client.get(f"/h/{found.dossier.tracking_code}")
    assert "đã tiếp nhận hồ sơ thay" in page.text
