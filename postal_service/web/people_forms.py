"""What is sent about the people who work here."""

from __future__ import annotations

import re
from typing import Annotated, Final

from msgspec import Meta

from notifications import phone as phones
from postal_service.caller import Role
from postal_service.security import SecurityError
from postal_service.security_people import NewMember
from postal_service.web.inputs import Form

Why = Annotated[str, Meta(min_length=3, max_length=200)]
PLACE: Final = re.compile(r"^(?:(office|agency):([1-9][0-9]{0,17}))?$")


class BadDetail(SecurityError):
    """Something typed about a person cannot be."""


class PersonForm(Form):
    """What is known of a person; ``place`` is ``office:12``, ``agency:3`` or empty."""

    full_name: Annotated[str, Meta(min_length=2, max_length=120)]
    role: Role
    place: Annotated[str, Meta(max_length=40)] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""
    head: str = ""

    def member(self, username: str) -> NewMember:
        """What the form says of *username*. Raises BadDetail."""
        place = PLACE.match(self.place)
        if place is None or not self.full_name.split():
            raise BadDetail(
                "Nơi làm việc hoặc họ tên không đúng. Chọn lại.",
                "The workplace or the name is not right. Choose again.",
            )
        kind, number = place[1], int(place[2] or 0)
        return NewMember(
            username=username,
            full_name=" ".join(self.full_name.split()),
            role=Role(self.role),
            office_id=number if kind == "office" else None,
            agency_id=number if kind == "agency" else None,
            phone=dialled(self.phone),
            head=bool(self.head),
        )


class NewForm(PersonForm, kw_only=True):
    """Somebody who begins."""

    username: Annotated[str, Meta(pattern=r"^[a-z0-9._-]{2,40}$")]


class ChangeForm(PersonForm, kw_only=True):
    why: Why


class WhyForm(Form):
    why: Why


class LeavingForm(WhyForm):
    """``known``: that he still holds papers is known."""

    known: str = ""


def dialled(typed: str) -> str | None:
    """The telephone number typed, if any. Raises BadDetail."""
    if not typed:
        return None
    found = phones.read(typed)
    if (
        found.e164 is None
        or found.status not in ("mobile", "landline")
        or not found.e164.startswith("+84")
    ):
        words = phones.say(found)
        raise BadDetail(words.vi, words.en)
    return found.e164
