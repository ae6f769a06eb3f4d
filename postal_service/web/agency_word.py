"""An officer says that money of her agency goes back, at a refusal or a withdrawal."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Response, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect

from postal_service.desk.errors import DeskError
from postal_service.desk.money import refunds
from postal_service.web.agency_case import showing
from postal_service.web.agency_visit import Visit, visit
from postal_service.web.guards import officers
from postal_service.web.inputs import Form


class WordForm(Form):
    """The ticked charges, by their ids, and why, as the citizen reads it."""

    charges: list[str] | str = ""
    why: str = ""

    @property
    def ticked(self) -> set[int]:
        """Raises ValueError."""
        listed = [self.charges] if isinstance(self.charges, str) else self.charges
        found = {int(each) for each in listed if each}
        if any(not 0 < each < 2**63 for each in found):
            raise ValueError("Khoản thu không đúng. Tải lại trang.")
        return found


class AgencyWordController(Controller):
    path = "/agency/dossiers/{ref:str}/refunds"
    guards = [officers]
    dependencies = {"visit": Provide(visit)}

    @post("/", name="agency.word")
    async def word(
        self,
        visit: NamedDependency[Visit],
        ref: FromPath[str],
        data: URLEncodedBody[WordForm],
    ) -> Response[Any]:
        """Say which charges go back. Safe to press twice."""
        ticked = data.ticked
        try:
            async with visit.begin() as conn:
                await refunds.word(conn, ref, ticked, data.why, staff=visit.caller, now=visit.now)
        except DeskError as refusal:
            return await showing(visit, ref, refusal=refusal)
        return Redirect(f"/agency/dossiers/{ref}#back", status_code=303)
