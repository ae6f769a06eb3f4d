"""Who works in the demo: one office, the agency next door, one sign-in a role."""

from __future__ import annotations

from typing import Final

from asyncpg import Connection
from msgspec import Struct

from postal_service import security_passwords, security_store
from postal_service.caller import Role
from tracking import journey

#: One password for all: the demo listens on this machine alone and says so on every page.
PASSWORD: Final = "buudien2026"  # noqa: S105
OFFICE: Final = "66200"
#: Where bags go to and come from.
NEIGHBOUR: Final = "66100"
AGENCY: Final = "H36.182"


class SignIn(Struct, frozen=True, kw_only=True):
    """One person of the demo; ``phone`` is of the invented range that nobody uses."""

    username: str
    full_name: str
    role: Role
    words: str
    home: str
    phone: str | None = None
    office: str = OFFICE  #: of those who work at one

    @property
    def given_name(self) -> str:
        return self.full_name.split()[-1]


SIGN_INS: Final = (
    SignIn(
        username="ha",
        full_name="Nguyễn Thu Hà",
        role=Role.CLERK,
        words="giao dịch viên / clerk",
        home="/counter",
    ),
    SignIn(
        username="tuan",
        full_name="Cil Ha Tuấn",
        role=Role.COURIER,
        words="bưu tá / courier",
        home="/courier",
        phone="+84590000901",
    ),
    SignIn(
        username="hoa",
        full_name="Lê Thị Hoa",
        role=Role.AGENCY_OFFICER,
        words="cán bộ một cửa / agency officer",
        home="/agency",
    ),
    SignIn(
        username="lan",
        full_name="Phạm Thị Lan",
        role=Role.CLERK,
        words="bưu cục bên / the next office",
        home="/counter/hand-overs",
        office=NEIGHBOUR,
    ),
    SignIn(
        username="minh",
        full_name="Đinh Quang Minh",
        role=Role.SUPERVISOR,
        words="kiểm soát viên / supervisor",
        home="/supervisor",
    ),
    SignIn(
        username="khoa",
        full_name="Phạm Đăng Khoa",
        role=Role.OPERATOR,
        words="vận hành / operator",
        home="/operator/templates",
    ),
    SignIn(
        username="quang",
        full_name="Võ Nhật Quang",
        role=Role.MANAGER,
        words="quản lý tỉnh / manager",
        home="/supervisor",
    ),
)
#: Who works for no office: for an agency, or for all of them.
ELSEWHERE: Final = frozenset({Role.AGENCY_OFFICER, Role.OPERATOR, Role.MANAGER})


async def settle(conn: Connection) -> None:
    """Give every office postal numbers, and the demo its people. Safe to repeat."""
    for row in await conn.fetch("SELECT id FROM office"):
        await journey.give_numbers(conn, row["id"])
    if await security_store.credentials(conn, SIGN_INS[0].username):
        return
    _, agency_id = await places(conn)
    password_hash = await security_passwords.hash_password(PASSWORD)
    for who in SIGN_INS:
        at_agency = who.role is Role.AGENCY_OFFICER
        await security_store.add_person(
            conn,
            username=who.username,
            full_name=who.full_name,
            given_name=who.given_name,
            role=who.role,
            office_id=None if who.role in ELSEWHERE else await office(conn, who.office),
            agency_id=agency_id if at_agency else None,
            phone=who.phone,
            password_hash=password_hash,
        )


async def strangers(conn: Connection) -> bool:
    """Whether anybody works here who is not of the demo."""
    known = [who.username for who in SIGN_INS]
    return bool(
        await conn.fetchval(
            "SELECT EXISTS (SELECT 1 FROM person WHERE username <> ALL($1::text[]))", known
        )
    )


async def office(conn: Connection, code: str) -> int:
    found: int = await conn.fetchval("SELECT id FROM office WHERE code = $1", code)
    return found


async def places(conn: Connection) -> tuple[int, int]:
    """The ids of the demo's office and agency."""
    office_id = await office(conn, OFFICE)
    agency_id = await conn.fetchval(
        "SELECT id FROM agency WHERE code = $1 AND valid_to IS NULL", AGENCY
    )
    return office_id, agency_id
