"""Reasons short enough for a message, and what a clerk says where there can be none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from notifications.gateway import Why

#: Reasons in the 24 letters a message has room for; cut short they would say something else.
SHORT_REASONS: Final[Mapping[str, str]] = {
    "DF01": "địa chỉ chưa đúng",
    "DF02": "đã đổi địa chỉ",
    "DF03": "không gặp người nhận",
    "DF04": "vắng nhà",
    "DF05": "không gọi được",
    "DF06": "đã mời hai lần",
    "DF07": "người nhận từ chối",
    "DF08": "chưa trả tiền phải thu",
    "DF09": "thiếu giấy tờ tùy thân",
    "DF10": "thiếu giấy ủy quyền",
    "DF11": "thiếu bản gốc nộp lại",
    "DF12": "hẹn giờ khác",
    "DF13": "nhận tại bưu cục",
    "DF14": "nơi nhận đóng cửa",
    "DF15": "thiên tai",
    "DF16": "xe hỏng hoặc hết giờ",
    # the phone may be in the family's hands
    "DF17": "không gặp người nhận",
    "DF18": "sai tuyến phát",
    "DF19": "bao bì không nguyên",
    "PF01": "không thấy địa chỉ",
    "PF02": "không gọi được",
    "PF03": "không gặp người gửi",
    "PF04": "giấy tờ không gửi được",
    "PF05": "mới nhận một phần",
    "PF06": "theo yêu cầu người gửi",
    "PF07": "không đủ người, xe",
    "PF08": "hàng cồng kềnh",
    "PF09": "hẹn giờ khác",
    "PF10": "xe hỏng",
    "PF11": "tắc đường",
    "PF12": "thiếu giấy tờ",
    "RF06": "thủ tục không gửi được",
    "LT01": "chờ cơ quan phối hợp",
    "LT02": "cần kiểm tra thực địa",
    "LT03": "hồ sơ tăng đột biến",
    "LT04": "sự cố phần mềm",
    "LT05": "người ký đi công tác",
    "CL01": "bão, mưa lũ",
    "CL02": "sạt lở, đường bị cắt",
    "CL03": "cầu, đường cấm đi",
    "CL04": "bưu cục hư hại, mất điện",
    "CL05": "cách ly vì dịch bệnh",
}
#: What names the place where refused papers are to be had; and where they are brought home.
PAPERS_COME: Final = frozenset({"refused", "withdrawn", "stopped", "papers_collected"})
AT_HOME: Final = "nhà ông/bà"
#: What the clerk has to say on the telephone where there is no message.
TO_SAY: Final[Mapping[str, str]] = {
    "accepted": "bưu cục đã nhận hồ sơ",
    "pickup_code": "mã xác nhận không gửi được, đặt lại yêu cầu đón hồ sơ qua điện thoại",
    "pickup_ordered": "đã nhận yêu cầu đón hồ sơ tại nhà",
    "pickup_scheduled": "hôm nay bưu tá đến nhận hồ sơ",
    "pickup_refused": "không đến nhận hồ sơ tại nhà được",
    "pickup_failed": "chưa nhận được hồ sơ tại nhà",
    "handed_to_agency": "hồ sơ đã bàn giao cho cơ quan",
    "wrong_agency": "hồ sơ gửi chưa đúng nơi giải quyết và đang được chuyển tiếp",
    "redirected": "hồ sơ đang được chuyển đến đúng cơ quan",
    "received_by_agency": "cơ quan đã tiếp nhận hồ sơ và hẹn ngày trả",
    "supplement_required": "cơ quan yêu cầu bổ sung giấy tờ",
    "supplement_received": "cơ quan đã nhận bổ sung và hẹn lại ngày trả",
    "supplement_sent": "bưu điện đã nhận giấy tờ bổ sung để chuyển cơ quan",
    "details_changed": "thông tin nhận của hồ sơ đã được đổi, hỏi có đúng ông/bà yêu cầu",
    "refused": "cơ quan không tiếp nhận hồ sơ",
    "financial_duty": "cần nộp tiền theo thông báo của cơ quan",
    "payment_received": "cơ quan đã ghi nhận tiền nộp và hẹn lại ngày trả",
    "due_soon": "sắp đến hẹn trả mà chưa có kết quả",
    "stopped": "cơ quan dừng giải quyết hồ sơ",
    "paused": "thời hạn giải quyết tạm dừng",
    "late_apology": "cơ quan xin lỗi vì chậm trả và hẹn lại ngày",
    "appointment_moved": "cơ quan đổi ngày hẹn vì lịch làm việc thay đổi",
    "delayed": "hồ sơ bị chậm vì đường hoặc bưu cục đóng",
    "result_collected": "bưu điện đã nhận kết quả để phát",
    "result_collected_originals": "bưu điện đã nhận kết quả; khi nhận phải nộp lại bản gốc",
    "result_at_counter": "kết quả chờ nhận tại bưu cục",
    "out_for_delivery": "hôm nay bưu tá phát kết quả",
    "delivery_code": "mã nhận giấy tờ hôm nay không gửi được, mang giấy tờ tùy thân khi nhận",
    "attempt_failed": "chưa phát được kết quả",
    "attempt_again": "chưa phát được giấy tờ, bưu tá sẽ mang đến lần nữa",
    "attempt_call": "chưa phát được giấy tờ, cần hỏi lại địa chỉ và giờ nhận",
    "invitation_2": "mời đến bưu cục nhận giấy tờ",
    "last_day": "hôm nay là ngày cuối giữ giấy tờ tại bưu cục",
    "delivered": "kết quả đã giao",
    "returned_to_agency": "giấy tờ không phát được, đã trả lại cơ quan",
    "papers_collected": "bưu điện đã nhận lại giấy tờ từ cơ quan",
    "papers_at_counter": "giấy tờ chờ nhận lại tại bưu cục",
    "papers_out": "hôm nay bưu tá mang trả giấy tờ",
    "papers_missed": "chưa trả được giấy tờ",
    "papers_delivered": "giấy tờ đã trả xong",
    "originals_back": "bản gốc nộp lại đã giao cơ quan",
    "lost": "giấy tờ đã thất lạc, mời đến bưu cục để được giúp",
    "found": "đã tìm thấy giấy tờ",
    "damaged": "giấy tờ bị hỏng hoặc thiếu, mời đến bưu cục để được giúp",
    "correction": "tin báo trước là nhầm",
    "withdrawn": "hồ sơ đã dừng theo yêu cầu rút",
    "withdrawal_declined": "cơ quan chưa đồng ý cho rút hồ sơ",
    "rating_request": "hỏi ý kiến về việc phục vụ",
}
#: What a screen calls each message.
NAMES: Final[Mapping[str, str]] = {
    **TO_SAY,
    "delivery_code": "mã nhận giấy tờ hôm nay",
    "pickup_code": "mã xác nhận yêu cầu đón hồ sơ",
}
#: What a mistaken message was about, in the 24 letters there are.
ABOUT: Final[Mapping[str, str]] = {
    "accepted": "đã nhận hồ sơ",
    "handed_to_agency": "đã giao cơ quan",
    "wrong_agency": "sai nơi giải quyết",
    "redirected": "chuyển cơ quan khác",
    "result_collected": "đã lấy kết quả",
    "result_collected_originals": "đã lấy kết quả",
    "result_at_counter": "kết quả tại bưu cục",
    "out_for_delivery": "hôm nay phát kết quả",
    "delivery_code": "mã nhận giấy tờ",
    "attempt_failed": "chưa phát được",
    "attempt_again": "chưa phát được",
    "attempt_call": "chưa phát được",
    "invitation_2": "mời đến nhận",
    "delivered": "đã giao kết quả",
    "returned_to_agency": "đã trả cơ quan",
    "papers_collected": "đã nhận lại giấy tờ",
    "papers_at_counter": "giấy tờ tại bưu cục",
    "papers_out": "hôm nay trả giấy tờ",
    "papers_missed": "chưa trả được giấy tờ",
    "papers_delivered": "đã trả giấy tờ",
    "originals_back": "bản gốc đã giao",
    "supplement_sent": "đã nhận bổ sung",
    "lost": "thất lạc giấy tờ",
    "found": "đã tìm thấy giấy tờ",
    "damaged": "giấy tờ bị hỏng",
}
#: Where the money an agency asks for is paid, in the 20 letters a place has.
PAY_AT: Final[Mapping[str, str]] = {
    "agency": "cơ quan giải quyết",
    "account": "nơi ghi ở thông báo",
}
WHY: Final[Mapping[Why, str]] = {
    "no_phone": "Không có số điện thoại nhận được tin nhắn",
    "no_text": "Tin nhắn thiếu dữ kiện, hoặc mẫu tin chưa được mạng duyệt",
    "too_many": "Số này đã nhận quá nhiều tin trong ngày",
    "refused": "Mạng điện thoại không nhận tin",
    "undelivered": "Mạng báo tin không đến được máy",
    "unknown": "Không rõ tin nhắn đã gửi được chưa",
}
OFFICE_WORDS: Final = (
    (re.compile(r"^(Bưu cục|BC\.?)\s+"), "BC "),
    (re.compile(r"^Bưu điện\s+"), "BĐ "),
    (re.compile(r"Trung tâm (tỉnh|thành phố|huyện)\s+"), "TT "),
)


def short_office(name: str) -> str:
    """An office as a message names it: "BC TT Đà Lạt"."""
    for long, short in OFFICE_WORDS:
        name = long.sub(short, name)
    return name
