"""What the citizen's page says of the messages: which, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from notifications.messages import masked
from postal_service.desk.citizen.directory_words import NAMES
from postal_service.desk.citizen.lookup_store import Message
from postal_service.web.citizen_words import Pair

#: By its key, what a message was about; in Vietnamese the words of the clerk who would call.
ENGLISH: Final[Mapping[str, str]] = {
    "accepted": "The post office took your papers",
    "pickup_code": "The code that confirms your order",
    "pickup_ordered": "Your order for a visit is noted",
    "pickup_refused": "Nobody can come for your papers",
    "pickup_scheduled": "A courier comes for your papers",
    "pickup_failed": "Your papers could not be fetched",
    "handed_to_agency": "The agency has your papers",
    "wrong_agency": "Your papers go to the right agency",
    "redirected": "Your papers go to the right agency",
    "received_by_agency": "The agency received your dossier",
    "supplement_required": "The agency asks for more papers",
    "supplement_received": "The agency has the missing papers",
    "supplement_sent": "The post took the missing papers",
    "details_changed": "How it reaches you was changed",
    "refused": "The agency refused the dossier",
    "financial_duty": "A payment the agency asks for",
    "paused": "The time limit is paused",
    "late_apology": "The agency apologises for being late",
    "appointment_moved": "The agency moved the appointment",
    "delayed": "A closed road or office holds it up",
    "result_collected": "The post has your result",
    "result_collected_originals": "The post has your result; have your originals ready",
    "result_at_counter": "Your result waits at the post office",
    "out_for_delivery": "The courier comes today",
    "delivery_code": "Today's code for the courier",
    "attempt_failed": "Your result could not be delivered",
    "attempt_again": "Not delivered; the courier comes again",
    "attempt_call": "Not delivered; please call us",
    "invitation_2": "Please come for your papers",
    "last_day": "The last day at the post office",
    "delivered": "Your result was delivered",
    "returned_to_agency": "Your papers went back to the agency",
    "papers_collected": "The post took your papers back",
    "papers_at_counter": "Your papers wait at the post office",
    "papers_out": "The courier brings your papers today",
    "papers_missed": "Your papers could not be handed back",
    "papers_delivered": "Your papers were handed back",
    "originals_back": "The agency has your originals",
    "lost": "Your papers were lost",
    "found": "Your papers were found",
    "damaged": "Your papers were damaged",
    "correction": "The message before was a mistake",
    "withdrawn": "The dossier was stopped as you asked",
    "withdrawal_declined": "The agency did not agree to the withdrawal",
    "rating_request": "How were you served?",
}

#: What became of it, as far as a network can know: it never knows who has read it.
ENDS: Final[Mapping[str, Pair]] = {
    "queued": ("đang chờ gửi", "waiting to be sent"),
    "sending": ("đang gửi", "being sent"),
    "sent": ("mạng điện thoại đã nhận", "taken by the network"),
    "delivered": ("mạng báo đã đến máy", "reached the phone, says the network"),
    "undelivered": (
        "mạng báo không đến được máy, bưu cục sẽ gọi",
        "did not reach the phone; the post office will call",
    ),
    "refused": (
        "mạng không nhận, bưu cục sẽ gọi",
        "not taken by the network; the post office will call",
    ),
    "unknown": ("chưa rõ mạng đã nhận chưa", "not known whether the network took it"),
    "expired": ("không gửi vì đã quá giờ", "not sent: it came too late"),
}


class Sent(Struct, frozen=True, kw_only=True):
    """One message as the page lists it. ``body`` only where the second factor was given."""

    about: str
    end: str
    ok: bool  #: the network took it
    at: datetime
    body: str = ""


def list_of(messages: Sequence[Message], lang: str, *, bodies: bool) -> list[Sent]:
    """The messages, oldest first, without those that newer news made pointless."""
    english = lang == "en"
    return [
        Sent(
            about=ENGLISH[message.template] if english else titled(NAMES[message.template]),
            end=ENDS[message.state][english],
            ok=message.state in ("sent", "delivered"),
            at=message.sent_at or message.send_after,
            body=masked(message.body) if bodies else "",
        )
        for message in messages
        if message.state != "superseded"
    ]


def titled(words: str) -> str:
    return words[:1].upper() + words[1:]
