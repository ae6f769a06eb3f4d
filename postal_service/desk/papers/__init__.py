"""What the counter hands over on paper: the citizen's receipt and the item's label.

A paper is given everything it says; nothing here reads the database or the
clock. The words of a paper are here and in the templates beside, the figures
(dates, money, masked numbers) in ``figures``, and ``press`` alone knows typst
and the bar codes. Setting a page takes tens of milliseconds of one core: a
handler calls these functions in a thread.
"""

from postal_service.desk.papers.labels import Label, label, label_png
from postal_service.desk.papers.receipts import (
    DocumentLine,
    Fee,
    FormSet,
    Receipt,
    form_set_on,
    receipt,
)

__all__ = [
    "DocumentLine",
    "Fee",
    "FormSet",
    "Label",
    "Receipt",
    "form_set_on",
    "label",
    "label_png",
    "receipt",
]
