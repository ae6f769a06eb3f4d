"""The lines of the province's tables, cell by cell, with the columns as the files name them.

"verified" and "flag" say what was seen in a public source; everything else is
demonstration data and is shown as such.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from postal_service.desk.published.tables import BadCell

Text = Annotated[str, Meta(min_length=1, max_length=300)]
Count = Annotated[int, Meta(ge=0, le=1000)]
Grams = Annotated[int, Meta(ge=0, le=1_000_000)]
Positive = Annotated[int, Meta(ge=1, le=10_000)]
Vnd = Annotated[int, Meta(ge=0, le=10_000_000_000)]
UnitCode = Annotated[str, Meta(pattern=r"^(\d{2}|\d{3}|\d{5})$")]
AgencyCode = Annotated[str, Meta(pattern=r"^[A-Z]\d{2}(\.\d{1,3}){0,3}$")]
ProcedureCode = Annotated[str, Meta(pattern=r"^\d\.\d{6}$")]
OfficeCode = Annotated[str, Meta(pattern=r"^\d{2}[0-9D]\d{2}$")]
Level = Literal["province", "district", "commune"]
Verified = Literal["yes", "demo"]


class OfficeRow(Struct, frozen=True, kw_only=True):
    code: OfficeCode
    name: Text
    kind: Literal["province centre", "district centre", "office", "commune point"]
    district: UnitCode
    commune_2019: UnitCode
    commune_2025: UnitCode
    lat: Annotated[float, Meta(ge=8, le=24)]
    lon: Annotated[float, Meta(ge=102, le=118)]
    coord: Text
    address: str | None = None
    phone: str | None = None
    hotline: Annotated[str, Meta(pattern=r"^0\d{9,10}$")]
    hours_group: Text
    valid_from: date | None = None
    valid_to: date | None = None
    flag: Literal["seen", "demo"]
    source: Text


class AgencyRow(Struct, frozen=True, kw_only=True):
    code: AgencyCode
    code_status: Literal["inferred", "demo"]
    name_vi: Text
    short_name: Text
    sms_name: Annotated[str, Meta(pattern=r"^[ -~]{1,30}$")]
    kind: Literal[
        "people_committee",
        "department",
        "one_stop_centre",
        "police",
        "land_registration_office",
        "land_registration_branch",
    ]
    level: Level
    parent_code: AgencyCode | None = None
    unit_code: UnitCode
    seat_unit_2019: UnitCode | None = None
    seat_unit_2025: UnitCode | None = None
    address: Text
    phone: str | None = None
    hours_group: Text
    valid_from: date | None = None
    valid_to: date | None = None
    in_2019_count: str = ""
    verified: Verified
    source: Text


class ProcedureRow(Struct, frozen=True, kw_only=True):
    code: ProcedureCode
    name_vi: Text
    name_en: Text
    field_vi: Text
    level: Level
    time_value: Count
    time_unit: Literal["working_hour", "working_day", "day", "month"]
    cutoff_15h: bool
    state_fee_vnd: Vnd
    le_phi_vnd: Vnd
    phi_vnd: Vnd
    fee_note: str | None = None
    bcci_forward: bool
    bcci_return: bool
    to_addressee_only: bool
    originals_to_withdraw: list[str] = field(default_factory=list)
    version: Positive
    valid_from: date
    valid_to: date | None = None
    agency_code: AgencyCode | None = None
    replaces: Annotated[str, Meta(pattern=r"^\d\.\d{6} v\d+$")] | None = None
    verified: Verified
    verified_fields: list[str] = field(default_factory=list)
    source: Text

    def __post_init__(self) -> None:
        total = self.le_phi_vnd + self.phi_vnd
        if self.state_fee_vnd != total:
            raise BadCell(
                "state_fee_vnd",
                f"{self.state_fee_vnd} không bằng lệ phí + phí = {total}",
                f"{self.state_fee_vnd} is not le_phi_vnd + phi_vnd = {total}",
            )
        if self.cutoff_15h != (self.time_value == 0):
            raise BadCell(
                "cutoff_15h",
                "chỉ thủ tục trả trong ngày (time_value 0) mới có mốc 15 giờ",
                "the 15:00 rule goes with same-day procedures (time_value 0), and only with them",
            )


class DocumentRow(Struct, frozen=True, kw_only=True):
    procedure_code: ProcedureCode
    version: Positive
    ordinal: Positive
    name_vi: Text
    originals: Count
    certified: Count
    photocopies: Count
    required: Literal["yes", "if"]
    form_no: str | None = None
    flag: Literal["shortened from source", "demo"]
    source: Text

    def __post_init__(self) -> None:
        if self.originals + self.certified + self.photocopies == 0:
            raise BadCell("originals", "không có bản nào trong ba cột", "no copy of any kind")


class TariffRow(Struct, frozen=True, kw_only=True):
    tariff_id: Text
    valid_from: date
    valid_to: date | None = None
    zone: Literal["district", "province", "inter"]
    service: Literal["send", "return", "both"]
    weight_over_g: Grams
    weight_upto_g: Grams | None = None
    step_g: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    fee_collection: bool
    price_vnd: Vnd
    vat_included: bool
    flag: Literal["seen", "demo"]
    source: Text

    def __post_init__(self) -> None:
        if self.weight_upto_g is not None and self.weight_upto_g <= self.weight_over_g:
            raise BadCell(
                "weight_upto_g",
                f"{self.weight_upto_g} không lớn hơn {self.weight_over_g}",
                f"{self.weight_upto_g} is not more than {self.weight_over_g}",
            )
        if (self.weight_upto_g is None) != (self.step_g is not None):
            raise BadCell(
                "step_g",
                "chỉ dòng không có weight_upto_g mới có bước cân, và phải có",
                "a step goes with an empty weight_upto_g, and only with it",
            )


class ReasonRow(Struct, frozen=True, kw_only=True):
    code: Annotated[str, Meta(pattern=r"^[A-Z]{2}\d{2}$")]
    group: Literal[
        "delivery_failed",
        "pickup_failed",
        "custody_discrepancy",
        "correction",
        "pause",
        "refusal",
        "late",
        "withdrawal",
        "closure",
        "second_request",
        "transfer",
    ]
    name_vi: Text
    name_en: Text
    legal_ground: str | None = None
    undeliverable_ground: bool
    counts_as_attempt: bool | None = None
    next_actions: list[str] = field(default_factory=list)
    needs_approver: bool
    upu_event: str | None = None
    verified: Verified
    source: Text


class Tally(Struct, frozen=True, kw_only=True):
    """What became of a table's rows; the rest were as the file has them."""

    added: int
    changed: int
    edited: int  #: left as a person made them
