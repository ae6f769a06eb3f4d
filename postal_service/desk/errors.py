"""What the desk refuses, in words fit for the person at the counter."""

from __future__ import annotations

from datetime import date


class DeskError(Exception):
    """Something a person asked for cannot be done at the desk."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(vi)
        self.vi, self.en = vi, en


class UnknownProcedure(DeskError):
    """No procedure has this code, or none is in force on this day."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"Không có thủ tục {code} còn hiệu lực. Tìm lại theo tên thủ tục.",
            f"No procedure {code} is in force. Search for it by its name.",
        )
        self.code = code


class UnknownAgency(DeskError):
    """No agency has this code, or none is in force on this day."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"Không có cơ quan {code} còn hoạt động. Chọn lại cơ quan trong danh sách.",
            f"No agency {code} is in being. Choose the agency from the list.",
        )
        self.code = code


class UnknownOffice(DeskError):
    """No post office has this code, or it is closed on this day."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"Không có bưu cục {code} đang mở. Chọn lại bưu cục trong danh sách.",
            f"No post office {code} is open. Choose the office from the list.",
        )
        self.code = code


class UnknownReason(DeskError):
    """The closed lists have no such reason."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"Không có lý do {code} trong danh mục. Chọn lại lý do trong danh sách.",
            f"The list has no reason {code}. Choose a reason from the list.",
        )
        self.code = code


class NoTariff(DeskError):
    """The table of prices has a gap where this item would be."""

    def __init__(self, zone: str, service: str, weight_g: int, day: date) -> None:
        where = {"district": "nội huyện cũ", "province": "nội tỉnh", "inter": "liên tỉnh"}
        what = {"send": "gửi hồ sơ", "return": "nhận kết quả", "both": "gửi và nhận"}
        super().__init__(
            f"Bảng cước ngày {day:%d/%m/%Y} không có giá cho bưu gửi {weight_g} g này "
            f"({where.get(zone, zone)}, dịch vụ {what.get(service, service)}). "
            "Báo người quản trị bổ sung bảng cước.",
            f"The tariff of {day} has no price for this item of {weight_g} g "
            f"(zone {zone}, service {service}). Ask the administrator to complete the table.",
        )


class BadWeight(DeskError):
    """An item that weighs nothing was not put on the scales."""

    def __init__(self, weight_g: int) -> None:
        super().__init__(
            f"Khối lượng {weight_g} g không đúng. Cân lại bưu gửi và nhập số gam lớn hơn 0.",
            f"A weight of {weight_g} g cannot be right. Weigh the item and enter the grams.",
        )
