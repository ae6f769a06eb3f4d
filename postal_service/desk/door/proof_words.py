"""What proved a hand-over, in the words a delivery receipt has for it. Pure."""

from __future__ import annotations

from postal_service.desk.door.proof import ID_KINDS, RELATIONS, photos_in
from postal_service.desk.printing.item_papers_store import Proof
from tracking.model import Facts


def relation_words(proof: Proof) -> str:
    """How the receiver stands to the addressee, and what was looked at."""
    said = [RELATIONS.get(proof.relation, proof.relation)]
    if proof.id_kind and proof.id_last4:
        said.append(f"đã xem {ID_KINDS.get(proof.id_kind, 'giấy tờ')} ••••{proof.id_last4}")
    if proof.authorisation:
        said.append(f"giấy ủy quyền số {proof.authorisation}")
    return ", ".join(said)


def proof_words(facts: Facts) -> str:
    """By what it was proved: the message's code, an identity paper, a signature, photos."""
    photos = len(photos_in(facts))
    said = [
        ("mã trong tin nhắn", facts.get("by_code")),
        ("giấy tờ tùy thân", facts.get("id")),
        ("chữ ký trên máy", facts.get("signature")),
        ("chữ ký trên giấy", facts.get("on_paper")),
        ("đã thu giấy hẹn hoặc giấy mời", facts.get("slip")),
        (f"{photos} ảnh", photos),
    ]
    return ", ".join(words for words, given in said if given)
