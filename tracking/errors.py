"""What can go wrong with a dossier, in the words of the people who handle it."""

from __future__ import annotations


class TrackingError(Exception):
    """Something a person asked for cannot be done to a dossier."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(vi)
        self.vi, self.en = vi, en


class UnknownDossier(TrackingError):
    """No dossier has this code, or none that the caller may see."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"Không có hồ sơ nào mang mã {code}. Kiểm tra lại mã trên biên nhận.",
            f"No dossier has the code {code}. Check the code on the receipt.",
        )
        self.code = code


class UnknownConsignment(TrackingError):
    """No consignment has this number, or none that the caller may see."""

    def __init__(self, s10: str) -> None:
        super().__init__(
            f"Không có bưu gửi nào mang số {s10}. Kiểm tra lại nhãn trên bì thư.",
            f"No consignment has the number {s10}. Check the label on the envelope.",
        )
        self.s10 = s10


class NotYetEntered(UnknownConsignment):
    """The number stands on a sheet that was filled in by hand and waits to be entered."""

    def __init__(self, number: str, office: str, hotline: str) -> None:
        super().__init__(number)
        self.office, self.hotline = office, hotline
        self.vi = (
            f"Số {number} ở trên tờ in sẵn khi mất điện, {office} chưa nhập vào máy. "
            f"Giữ bưu gửi, gọi {office}: {hotline}."
        )
        self.en = (
            f"{number} is on a sheet written by hand while the power was out; {office} has not "
            f"entered it yet. Keep the item and call {office}: {hotline}."
        )
        self.args = (self.vi,)


class IllegalMove(TrackingError):
    """The journey has no such step from here."""

    def __init__(self, place: str, act: str) -> None:
        super().__init__(
            f"Không thực hiện được «{act_words(act)[0]}»: {place_words(place)[0]}. "
            "Tải lại trang để xem trạng thái mới nhất.",
            f"Cannot {act_words(act)[1]}: {place_words(place)[1]}. Reload to see where it is now.",
        )
        self.place, self.act = place, act


class HeldByAnother(TrackingError):
    """Only the one who holds a paper may pass it on."""

    def __init__(self, s10: str) -> None:
        super().__init__(
            f"Bưu gửi {s10} đang do người khác giữ. Chỉ người đang giữ mới được giao tiếp.",
            f"Consignment {s10} is in somebody else's hands. Only its holder may pass it on.",
        )
        self.s10 = s10


class NotOffered(TrackingError):
    """Nobody takes a paper that its holder has not offered to him."""

    def __init__(self, s10: str) -> None:
        super().__init__(
            f"Bưu gửi {s10} chưa được giao cho bạn. Nhờ người đang giữ lập bàn giao rồi quét lại.",
            f"Consignment {s10} has not been offered to you. "
            "Ask its holder to offer it, then scan again.",
        )
        self.s10 = s10


class AlreadyOffered(TrackingError):
    """What is offered to one taker waits for his answer."""

    def __init__(self, s10: str) -> None:
        super().__init__(
            f"Bưu gửi {s10} đang chờ người khác ký nhận. Thu hồi bàn giao trước, rồi làm lại.",
            f"Consignment {s10} waits for somebody's signature. Recall the offer first.",
        )
        self.s10 = s10


class BadOffer(TrackingError):
    """A paper is offered to an office or a courier, never to the one who has it."""

    def __init__(self, s10: str) -> None:
        super().__init__(
            f"Không giao được bưu gửi {s10} cho người hoặc nơi này. Chọn lại nơi nhận.",
            f"Consignment {s10} cannot be offered to this taker. Choose another.",
        )
        self.s10 = s10


class ScanReused(TrackingError):
    """One scan id came with two different contents."""

    def __init__(self, scan_id: object) -> None:
        super().__init__(
            "Mã lần quét này đã dùng cho một việc khác. Quét lại để máy tạo mã mới.",
            "This scan id was already used for something else. Scan again for a new one.",
        )
        self.scan_id = scan_id


class ImpossibleTime(TrackingError):
    """A fact cannot come from the future, nor from before this service."""

    def __init__(self) -> None:
        super().__init__(
            "Giờ trên máy không đúng. Chỉnh lại ngày giờ của máy rồi làm lại.",
            "The clock of this device is wrong. Set its date and time, then try again.",
        )


class NumbersExhausted(TrackingError):
    """The office has used up its block of postal numbers."""

    def __init__(self) -> None:
        super().__init__(
            "Bưu cục đã dùng hết dải số bưu gửi. Báo người vận hành cấp dải số mới.",
            "This office has used up its postal numbers. Ask the operator for a new block.",
        )


class PassedOn(TrackingError):
    """While a dossier is on its way to another agency nobody decides on it."""

    def __init__(self) -> None:
        super().__init__(
            "Hồ sơ đã chuyển cho cơ quan khác và đang chờ cơ quan đó nhận.",
            "The dossier was passed on to another agency, which has not taken it over yet.",
        )


class BadRuling(TrackingError):
    """The agency's decision lacks something the law asks for."""


#: Vietnamese and English for every act and place; a test holds the list complete.
ACTS: dict[str, tuple[str, str]] = {
    "accept": ("tiếp nhận tại quầy", "accept at the counter"),
    "offer": ("lập bàn giao", "offer"),
    "recall": ("thu hồi bàn giao", "recall the offer"),
    "collect": ("bưu tá nhận", "collect"),
    "take_in": ("bưu cục nhận", "take in at the office"),
    "hand_over": ("bàn giao cơ quan", "hand over to the agency"),
    "sign": ("cơ quan ký nhận", "sign for it"),
    "decline": ("không ký nhận", "decline to sign"),
    "release": ("giao kết quả cho bưu điện", "release to the post"),
    "bring_in": ("nộp về bưu cục", "bring in to the post office"),
    "deliver": ("giao cho người nhận", "deliver"),
    "miss": ("báo không phát được", "report a failed attempt"),
    "invite": ("mời đến nhận", "invite the receiver"),
    "last_day": ("nhắc ngày giữ cuối cùng", "remind of the last day"),
    "send_back": ("chuyển trả cơ quan", "send back to the agency"),
    "send_on": ("trả bưu điện vì sai cơ quan", "give back as sent to the wrong agency"),
    "redirect": ("chuyển đúng cơ quan", "redirect to the right agency"),
    "give_back": ("trả giấy tờ cho công dân", "give the papers back"),
    "report_missing": ("báo thiếu", "report missing"),
    "find": ("báo tìm thấy", "report found"),
    "declare_lost": ("xác nhận thất lạc", "declare lost"),
    "damage": ("ghi nhận hư hỏng", "record damage"),
    "undo": ("hoàn tác", "undo"),
    "register": ("đăng ký", "register"),
    "receive": ("tiếp nhận hồ sơ", "receive the dossier"),
    "begin": ("bắt đầu xử lý", "begin processing"),
    "ask_more": ("yêu cầu bổ sung", "ask for more papers"),
    "resume": ("nhận bổ sung", "resume after the papers came"),
    "refuse": ("từ chối tiếp nhận", "refuse the dossier"),
    "finish": ("báo có kết quả", "finish"),
    "return_here": ("trả kết quả tại cơ quan", "return the result at the agency"),
    "withdraw": ("rút hồ sơ", "withdraw"),
    "keep": ("không cho rút hồ sơ", "decline the withdrawal"),
    "stop": ("dừng xử lý", "stop processing"),
    "ask_payment": ("yêu cầu thực hiện nghĩa vụ tài chính", "ask for a payment"),
    "pay": ("ghi nhận đã nộp tiền", "record the payment"),
    "extend": ("xin lỗi và hẹn lại ngày trả", "put the appointment off with an apology"),
    "transfer": ("chuyển cơ quan khác giải quyết", "pass the dossier on to another agency"),
    "take_over": ("nhận giải quyết hồ sơ chuyển đến", "take over the dossier passed on"),
    "due_soon": ("báo sắp đến hạn", "warn that it is due soon"),
    "delay": ("báo chậm vì đường hoặc bưu cục đóng", "tell of a delay by a closure"),
    "move_appointment": ("dời ngày hẹn vì lịch làm việc đổi", "move the appointment"),
    "succeed": ("chuyển cho nơi kế thừa", "pass to the successor"),
    "change": ("đổi thông tin nhận theo yêu cầu của người dân", "change what the citizen asked"),
}
PLACES: dict[str, tuple[str, str]] = {
    "accepted": ("bưu gửi đang ở bưu cục, chờ chuyển đi", "it is at a post office"),
    "to_agency": ("bưu tá đang chuyển đến cơ quan", "a courier is carrying it to the agency"),
    "offered": ("đang chờ cơ quan ký nhận", "it waits for the agency's signature"),
    "with_agency": ("cơ quan đã ký nhận", "the agency has signed for it"),
    "ready": ("kết quả đang chờ bưu tá tại cơ quan", "it waits at the agency for a courier"),
    "to_office": ("bưu tá đang chuyển về bưu cục", "a courier is bringing it to the office"),
    "at_office": ("đang ở bưu cục phát", "it is at the delivering office"),
    "out": ("bưu tá đang đi phát", "a courier has it out for delivery"),
    "delivered": ("đã giao cho người nhận", "it has been delivered"),
    "missing": ("đang tìm bưu gửi", "it is being looked for"),
    "lost": ("bưu gửi đã được xác nhận thất lạc", "it has been declared lost"),
    "given_back": ("giấy tờ đã trả lại công dân", "the papers were given back"),
    "cancelled": ("số bưu gửi đã hủy", "the number was cancelled"),
    "1": ("hồ sơ chưa được cơ quan tiếp nhận", "the agency has not received it yet"),
    "2": ("cơ quan đã tiếp nhận hồ sơ", "the agency has received it"),
    "3": ("cơ quan đã từ chối hồ sơ", "the agency has refused it"),
    "4": ("cơ quan đang xử lý", "the agency is processing it"),
    "5": ("đang chờ bổ sung giấy tờ", "it waits for more papers"),
    "6": ("đang chờ nộp tiền theo thông báo", "it waits for a payment"),
    "7": ("công dân đã xin rút hồ sơ", "the citizen has asked to withdraw it"),
    "8": ("hồ sơ đã dừng xử lý", "processing has been stopped"),
    "9": ("hồ sơ đã có kết quả", "there is a result"),
    "10": ("kết quả đã được trả", "the result has been returned"),
}


def act_words(act: str) -> tuple[str, str]:
    """The act in Vietnamese and in English."""
    return ACTS[act]


def place_words(place: str) -> tuple[str, str]:
    """The stage or national status in Vietnamese and in English."""
    return PLACES[place]
