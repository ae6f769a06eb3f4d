"""What the columns of the province's tables are called on screens and in refusals."""

from __future__ import annotations

from typing import Final

#: The tables, as the administrator knows them; the keys are the addresses' own.
SHEETS: Final = {
    "procedures": "Thủ tục",
    "documents": "Giấy tờ của thủ tục",
    "tariffs": "Bảng cước",
    "agencies": "Cơ quan",
    "offices": "Bưu cục",
    "hours": "Giờ làm việc",
    "holidays": "Ngày nghỉ, ngày làm bù",
    "reasons": "Lý do",
}
LEVELS: Final = {"province": "Cấp tỉnh", "district": "Cấp huyện", "commune": "Cấp xã"}
UNITS: Final = {
    "working_day": "ngày làm việc",
    "working_hour": "giờ làm việc",
    "day": "ngày",
    "month": "tháng",
}
YES_NO: Final = {"yes": "có", "no": "không"}
VERIFIED: Final = {"yes": "đã kiểm chứng", "demo": "dữ liệu minh họa"}
REQUIRED: Final = {"yes": "bắt buộc", "if": "khi cần"}
ZONES: Final = {"district": "Nội huyện cũ", "province": "Nội tỉnh", "inter": "Liên tỉnh"}
SERVICES: Final = {"send": "gửi", "return": "nhận", "both": "gửi và nhận"}
REASON_GROUPS: Final = {
    "delivery_failed": "phát không thành",
    "pickup_failed": "thu gom không thành",
    "custody_discrepancy": "lệch khi giao nhận",
    "correction": "đính chính",
    "pause": "tạm dừng",
    "refusal": "từ chối",
    "late": "trễ hẹn",
    "withdrawal": "rút hồ sơ",
    "closure": "gián đoạn",
}

#: Of a procedure's version, in the order a screen shows them.
FIELDS: Final = {
    "code": "Mã thủ tục",
    "name_vi": "Tên thủ tục",
    "name_en": "Tên tiếng Anh",
    "field_vi": "Lĩnh vực",
    "level": "Cấp giải quyết",
    "agency_code": "Cơ quan giải quyết",
    "time_value": "Thời hạn",
    "time_unit": "Đơn vị thời hạn",
    "cutoff_15h": "Trả trong ngày, mốc 15 giờ",
    "le_phi_vnd": "Lệ phí",
    "phi_vnd": "Phí",
    "fee_note": "Ghi chú phí, lệ phí",
    "bcci_forward": "Nhận hồ sơ qua bưu chính",
    "bcci_return": "Trả kết quả qua bưu chính",
    "to_addressee_only": "Chỉ giao tận tay người nhận",
    "originals_to_withdraw": "Bản chính phải thu lại",
    "valid_from": "Hiệu lực từ ngày",
    "valid_to": "Hết hiệu lực từ ngày",
    "replaces": "Thay cho",
    "verified": "Mức kiểm chứng",
    "source": "Nguồn",
    "why": "Lý do, căn cứ",
}
DOCUMENT_FIELDS: Final = {
    "name_vi": "tên giấy tờ",
    "originals": "bản chính",
    "certified": "bản chứng thực",
    "photocopies": "bản photo",
    "required": "bắt buộc",
    "form_no": "mẫu số",
}
#: A code in a cell, as people say it.
CELLS: Final = {
    "level": LEVELS,
    "time_unit": UNITS,
    "cutoff_15h": YES_NO,
    "bcci_forward": YES_NO,
    "bcci_return": YES_NO,
    "to_addressee_only": YES_NO,
    "verified": VERIFIED,
    "required": REQUIRED,
}


def said(column: str, cell: str) -> str:
    """The cell in words; an empty one says so, and money is grouped."""
    if not cell:
        return "(trống)"
    if column in ("le_phi_vnd", "phi_vnd") and cell.isdigit():
        return f"{int(cell):,} ₫".replace(",", ".")
    if column in ("valid_from", "valid_to"):
        return "/".join(reversed(cell.split("-")))
    return CELLS.get(column, {}).get(cell, cell)
