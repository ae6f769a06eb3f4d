"""Every paper of the counter, the round and the desks: receipts, labels, lists, letters, slips.

A paper is given everything it says; nothing here reads the database or the
clock. The words of a paper are here and in the templates beside, the figures
(dates, money, masked numbers) in ``figures``, and ``press`` alone knows typst
and the bar codes. Setting a page takes tens of milliseconds of one core: a
handler calls these functions in a thread.
"""

from postal_service.desk.papers.bag_labels import BagLabel, bag_label, bag_label_png, bag_label_zpl
from postal_service.desk.papers.control_slips import ControlSlip, Result, SlipStep, control_slip
from postal_service.desk.papers.forms import FormSet, Kind, form_of, form_set_on
from postal_service.desk.papers.labels import Label, label, label_png, label_zpl
from postal_service.desk.papers.letter_words import letter
from postal_service.desk.papers.letters import (
    DeliveryReceipt,
    Head,
    IncidentMinutes,
    Invitation,
    Letter,
    ReturnNote,
    WithdrawalRequest,
)
from postal_service.desk.papers.lists import HandOverList, Layout, ListLine, hand_over_list
from postal_service.desk.papers.notices import Notice, notice
from postal_service.desk.papers.postal_slips import PostalSlip, postal_slip
from postal_service.desk.papers.receipts import (
    DocumentLine,
    Fee,
    Receipt,
    receipt,
)
from postal_service.desk.papers.registers import RegisterLine, RegisterPage, register

__all__ = [
    "BagLabel",
    "ControlSlip",
    "DeliveryReceipt",
    "DocumentLine",
    "Fee",
    "FormSet",
    "HandOverList",
    "Head",
    "IncidentMinutes",
    "Invitation",
    "Kind",
    "Label",
    "Layout",
    "Letter",
    "ListLine",
    "Notice",
    "PostalSlip",
    "Receipt",
    "RegisterLine",
    "RegisterPage",
    "Result",
    "ReturnNote",
    "SlipStep",
    "WithdrawalRequest",
    "bag_label",
    "bag_label_png",
    "bag_label_zpl",
    "control_slip",
    "form_of",
    "form_set_on",
    "hand_over_list",
    "label",
    "label_png",
    "label_zpl",
    "letter",
    "notice",
    "postal_slip",
    "receipt",
    "register",
]
