"""Which papers there are, and under whose rules each is printed.

A form's number is not its identity: the control slip is form 05 of TT 01/2018/TT-VPCP and
form 06 of TT 03/2025/TT-VPCP. A paper is named by its kind and the form set of its dossier;
number, title and legal basis follow from the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from msgspec import Struct


class FormSet(StrEnum):
    """Whose forms a dossier is accepted under; it keeps them for life."""

    TT01_2018 = "TT01-2018"
    TT03_2025 = "TT03-2025"


class Kind(StrEnum):
    """Every paper that leaves the press."""

    # the law's
    RECEIPT = "receipt"
    SUPPLEMENT = "supplement"
    REFUSAL = "refusal"
    APOLOGY = "apology"
    STOP = "stop"
    CONTROL_SLIP = "control_slip"
    REGISTER = "register"
    # the post's own
    LABEL = "label"
    POSTAL_SLIP = "postal_slip"
    SUPPLEMENT_SLIP = "supplement_slip"
    BAG_LABEL = "bag_label"
    MANIFEST = "manifest"
    COURIER_LIST = "courier_list"
    BROUGHT_LIST = "brought_list"
    AGENCY_LIST = "agency_list"
    RESULTS_LIST = "results_list"
    RETURN_NOTE = "return_note"
    WITHDRAWAL = "withdrawal"
    INVITATION = "invitation"
    DELIVERY_RECEIPT = "delivery_receipt"
    INCIDENT = "incident"
    GUIDANCE = "guidance"
    FEE_RECEIPT = "fee_receipt"
    CASH_UP = "cash_up"
    PAY_IN = "pay_in"
    PICK_UP = "pick_up"
    COMPLAINT = "complaint"
    OUTAGE_PACK = "outage_pack"
    EVENING_COUNT = "evening_count"


class Form(Struct, frozen=True, kw_only=True):
    """How a kind of paper is called and what it stands on; the post's own forms have no number."""

    title: str
    number: str = ""
    basis: str


#: The day the forms of TT 03/2025/TT-VPCP took the place of those of TT 01/2018/TT-VPCP.
NEW_FORMS_FROM: Final = date(2025, 9, 15)
POSTAL_DECISION: Final = "Quyết định 45/2016/QĐ-TTg"
CIRCULAR: Final[Mapping[FormSet, str]] = {
    FormSet.TT01_2018: "Thông tư 01/2018/TT-VPCP",
    FormSet.TT03_2025: "Thông tư 03/2025/TT-VPCP",
}
DECREE: Final[Mapping[FormSet, str]] = {
    FormSet.TT01_2018: "Nghị định 61/2018/NĐ-CP",
    FormSet.TT03_2025: "Nghị định 118/2025/NĐ-CP",
}
RECEIPT: Final = "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"
SUPPLEMENT: Final = "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ"
REFUSAL: Final = "Phiếu từ chối giải quyết hồ sơ"
CONTROL_SLIP: Final = "Phiếu kiểm soát quá trình giải quyết hồ sơ"
REGISTER: Final = "Sổ theo dõi hồ sơ"
STOP: Final = "Thông báo dừng giải quyết hồ sơ"
#: Numbers and titles by form set. TT 01/2018 has no stop notice: there it is a plain letter.
LAW: Final[Mapping[FormSet, Mapping[Kind, tuple[str, str]]]] = {
    FormSet.TT01_2018: {
        Kind.RECEIPT: ("01", RECEIPT),
        Kind.SUPPLEMENT: ("02", SUPPLEMENT),
        Kind.REFUSAL: ("03", "Phiếu từ chối tiếp nhận giải quyết hồ sơ"),
        Kind.APOLOGY: ("04", "Phiếu xin lỗi và hẹn lại ngày trả kết quả"),
        Kind.STOP: ("", STOP),
        Kind.CONTROL_SLIP: ("05", CONTROL_SLIP),
        Kind.REGISTER: ("06", REGISTER),
    },
    FormSet.TT03_2025: {
        Kind.RECEIPT: ("01", RECEIPT),
        Kind.SUPPLEMENT: ("02", SUPPLEMENT),
        Kind.REFUSAL: ("03", REFUSAL),
        Kind.APOLOGY: ("04", "Văn bản xin lỗi và đề nghị gia hạn thời hạn giải quyết"),
        Kind.STOP: ("05", STOP),
        Kind.CONTROL_SLIP: ("06", CONTROL_SLIP),
        Kind.REGISTER: ("07", REGISTER),
    },
}
POSTAL_LAW: Final = "Luật Bưu chính 49/2010/QH12, điều 17 · mẫu của bưu điện"
POST: Final = f"{POSTAL_DECISION} · mẫu của bưu điện"
#: The post's own forms that stand on something else than the decision on carriage by post.
OWN: Final[Mapping[Kind, str]] = {Kind.INVITATION: POSTAL_LAW, Kind.RETURN_NOTE: POSTAL_LAW}


def form_set_on(day: date) -> FormSet:
    """The forms a dossier accepted on *day* is given."""
    return FormSet.TT03_2025 if day >= NEW_FORMS_FROM else FormSet.TT01_2018


def decree(form_set: FormSet) -> str:
    """The rules a dossier of *form_set* is handled under, where a paper has no form number."""
    return f"{DECREE[form_set]} · {POSTAL_DECISION}"


def form_of(kind: Kind, form_set: FormSet | None = None) -> Form:
    """Number, title and legal basis of a paper; *form_set* only where the paper has a dossier.

    The title of one of the post's own papers is its maker's business.
    """
    if form_set is None or kind not in LAW[form_set]:
        own = decree(form_set) if form_set and kind is Kind.WITHDRAWAL else OWN.get(kind, POST)
        return Form(title="", basis=own)
    number, title = LAW[form_set][kind]
    form = f"Mẫu số {number}, {CIRCULAR[form_set]} · " if number else ""
    return Form(title=title, number=number, basis=form + decree(form_set))
