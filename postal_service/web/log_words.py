"""How the access log reads on a screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from postal_service.security_log import Act

WORDS: Final[Mapping[str, str]] = {
    Act.SIGNED_IN: "đăng nhập",
    Act.REFUSED: "sai mật khẩu",
    Act.LOCKED: "thử quá nhiều lần, bị chặn",
    Act.CODE_REFUSED: "sai mã xác thực",
    Act.RECOVERED: "đăng nhập bằng mã dự phòng",
    Act.BEGAN: "đặt mật khẩu qua đường dẫn một lần",
    Act.SWITCHED: "vào thay ở máy chung",
    Act.ENROLLED: "đặt bước xác thực",
    Act.RECOVERY_MADE: "in mã dự phòng mới",
    Act.PASSWORD_CHANGED: "đổi mật khẩu",
    Act.SESSIONS_ENDED: "kết thúc phiên khác",
    Act.ADDED: "mở tài khoản",
    Act.CHANGED: "sửa thông tin",
    Act.MOVED: "đổi vai trò hoặc nơi làm việc",
    Act.LINKED: "tạo đường dẫn một lần",
    Act.PASSWORD_RESET: "đặt lại mật khẩu",
    Act.STEP_RESET: "đặt lại bước xác thực",
    Act.LEFT: "khóa tài khoản",
    Act.CAME_BACK: "mở lại tài khoản",
    Act.PHONE_GRANTED: "duyệt máy bưu tá",
    Act.PHONE_REFUSED: "từ chối máy bưu tá",
    Act.PHONE_REVOKED: "thu quyền máy bưu tá",
}


def words(act: str) -> str:
    return WORDS.get(act, act)
