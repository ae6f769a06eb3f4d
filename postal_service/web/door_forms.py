"""The forms of a door: who takes the paper, why it could not be delivered, why it is not taken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from postal_service.desk.door.delivery import Report
from postal_service.desk.door.proof import Evidence
from postal_service.web.inputs import Form
from tracking.identifiers import parse_s10
from tracking.model import Actor, Facts, Scan
from tracking.stages import Act

#: What becomes of a paper that could not be delivered, in a courier's words: attempts.NEXT.
NEXT_ACTION: Final[Mapping[str, str]] = {
    "redeliver": "Phát lại",
    "hold_at_office": "Giữ tại bưu cục, người nhận đến lấy",
    "invite": "Gửi giấy mời đến bưu cục",
    "contact_receiver": "Bưu cục liên hệ người nhận",
    "contact_agency": "Bưu cục liên hệ cơ quan",
    "correct_address": "Bưu cục sửa địa chỉ",
    "forward": "Chuyển tuyến khác",
    "return_to_agency": "Chuyển trả cơ quan",
}
#: The reasons in the order of how often a thumb looks for them; the others follow by code.
OFTEN: Final = ("DF04", "DF05", "DF07", "DF12", "DF13", "DF09", "DF10", "DF11", "DF08")
#: What a taker says of a paper that does not lie before her, beside the list's reasons.
NOT_THERE: Final = "missing"

Texts = list[str] | str


class ProofForm(Form):
    """What proves a hand-over, as a page sends it. ``photos``, ``taken``, ``absent``: one field
    may come alone or often."""

    id: UUID
    s10: str
    relation: str = ""
    receiver: str = ""
    authorisation: str = ""
    code: str = ""
    no_code: str = ""
    id_kind: str = ""
    id_last4: str = ""
    on_paper: str = ""
    slip: str = ""
    signature: str = ""
    photos: Texts = []
    taken: Texts = []
    absent: Texts = []

    @property
    def places_taken(self) -> tuple[int, ...]:
        return places(self.taken)

    @property
    def places_absent(self) -> tuple[int, ...]:
        return places(self.absent)

    def evidence(self) -> Evidence:
        """Raises ValueError for what no page of ours sends."""
        return Evidence(
            authorisation=self.authorisation[:60],
            code="".join(self.code.split())[:40],
            no_code=self.no_code,
            id_kind=self.id_kind,
            id_last4="".join(self.id_last4.upper().split()),
            on_paper=bool(self.on_paper),
            slip=bool(self.slip),
            signature=hashes(self.signature)[0] if self.signature else "",
            photos=hashes(self.photos),
            taken=self.places_taken,
            absent=self.places_absent,
        )

    def report(self, by: Actor, now: datetime) -> Report:
        facts: Facts = {"relation": self.relation}
        s10 = parse_s10(self.s10)
        scan = Scan(id=self.id, s10=s10, act=Act.DELIVER, at=now, by=by, facts=facts)
        return Report(scan=scan, receiver=self.receiver[:120], evidence=self.evidence())


class DeliverForm(ProofForm, kw_only=True):
    """Who took the paper. ``envelope``: the number as scanned, or its last four digits."""

    envelope: str = ""


class MissForm(Form):
    """Why the paper could not be delivered, and what becomes of it: "DF04 redeliver"."""

    id: UUID
    s10: str
    reason: str = ""
    photos: Texts = []

    def report(self, by: Actor, now: datetime) -> Report:
        reason, _, way = self.reason.partition(" ")
        facts: Facts = {"reason": reason} | ({"next": way} if way else {})
        scan = Scan(id=self.id, s10=parse_s10(self.s10), act=Act.MISS, at=now, by=by, facts=facts)
        return Report(scan=scan, evidence=Evidence(photos=hashes(self.photos)))


class RefuseForm(Form):
    """Why an offered paper is not taken: it is not there, or a reason of the closed list."""

    id: UUID
    s10: str
    reason: str = ""
    photos: Texts = []

    def report(self, by: Actor, now: datetime) -> Report:
        gone = self.reason == NOT_THERE
        facts: Facts = {"reason": "CD03" if gone else self.reason}
        act = Act.REPORT_MISSING if gone else Act.DECLINE
        scan = Scan(id=self.id, s10=parse_s10(self.s10), act=act, at=now, by=by, facts=facts)
        return Report(scan=scan, evidence=Evidence(photos=hashes(self.photos)))


def hashes(texts: Texts) -> tuple[str, ...]:
    """The hashes of pictures. Raises ValueError for what is none."""
    found = tuple(text for text in ([texts] if isinstance(texts, str) else texts) if text)
    if any(len(bytes.fromhex(text)) != 32 for text in found) or len(found) > 6:
        raise ValueError("photos: mã ảnh không đúng / not the hash of a picture")
    return tuple(text.lower() for text in found)


def places(texts: Texts) -> tuple[int, ...]:
    """Places on a list of originals. Raises ValueError for what is none."""
    lines = [texts] if isinstance(texts, str) else texts
    if any(not (line.isascii() and line.isdigit() and len(line) < 3) for line in lines):
        raise ValueError("taken, absent: bản gốc không đúng / not a place on the list")
    return tuple(int(line) for line in lines)
