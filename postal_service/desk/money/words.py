"""What money is called on papers and screens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from postal_service.desk.money.model import Kind

NAMES: Final[Mapping[Kind, str]] = {
    Kind.STATE_FEE: "Lệ phí thu hộ",
    Kind.STATE_CHARGE: "Phí thu hộ",
    Kind.POSTAGE_OUT: "Cước gửi hồ sơ",
    Kind.POSTAGE_BACK: "Cước trả kết quả",
    Kind.COLLECTION: "Cước thu hộ",
    Kind.COD: "Tiền thu hộ cơ quan",
}
