"""Whose hands a paper is in, who may put it into others', and whose it is after that. Pure."""

from __future__ import annotations

from tracking import stages
from tracking.errors import AlreadyOffered, BadOffer, HeldByAnother, IllegalMove, NotOffered
from tracking.model import Actor, Consignment, Event, Party, Scan
from tracking.stages import Act, Keeper, Stage


def may_see(actor: Actor, item: Consignment) -> bool:
    """Whether the paper is his business: his agency's, his office's, in his hands or offered.

    Who handed one over learns the answer to a repeat though it has left his office (``is_own``).
    """
    if actor.keeper is Keeper.AGENCY:
        return item.agency_id == actor.agency
    return actor.office is not None and (
        item.office_id == actor.office
        or holds(item, actor)
        or item.taker in (Party(Keeper.OFFICE, actor.office), Party(Keeper.COURIER, actor.person))
    )


def is_own(earlier: Event | None, scan: Scan) -> bool:
    return earlier is not None and earlier.person_id == scan.by.person


def check_hands(item: Consignment, scan: Scan) -> None:
    """Only the one it is offered to answers an offer; only the holder does anything else.

    Raises IllegalMove, HeldByAnother, NotOffered, AlreadyOffered.
    """
    mine = holds(item, scan.by)
    if scan.act in stages.ANSWERS:
        kind = stages.TAKERS.get(scan.act)
        if kind is not None and kind is not scan.by.keeper:
            raise HeldByAnother(item.s10)
        if not offered_to(item, scan.by):
            raise IllegalMove(item.stage, scan.act) if mine else NotOffered(item.s10)
        return
    in_charge = scan.by.keeper is Keeper.OFFICE and scan.by.office == item.office_id
    if not mine and not (in_charge and scan.act in stages.OVERSEEN):
        raise HeldByAnother(item.s10)
    waiting = item.offered_kind is not None
    if scan.act is Act.RECALL and not waiting and item.stage is not Stage.OFFERED:
        raise IllegalMove(item.stage, scan.act)
    if waiting and scan.act not in (Act.RECALL, Act.DAMAGE):
        raise AlreadyOffered(item.s10)


def holds(item: Consignment, actor: Actor) -> bool:
    if actor.keeper is not item.holder_kind:
        return False
    own = {
        Keeper.COURIER: actor.person,
        Keeper.OFFICE: actor.office,
        Keeper.AGENCY: actor.agency,
    }
    return item.holder_id is not None and own.get(actor.keeper) == item.holder_id


def offered_to(item: Consignment, actor: Actor) -> bool:
    """Whether *actor* may take the item: at a desk any courier of the office may."""
    if item.stage is Stage.READY:
        return actor.keeper is Keeper.COURIER and actor.office == item.office_id
    if item.stage is Stage.OFFERED:
        return actor.keeper is Keeper.AGENCY and actor.agency == item.agency_id
    if actor.keeper is Keeper.COURIER:
        return item.taker == Party(Keeper.COURIER, actor.person)
    return actor.office is not None and item.taker == Party(Keeper.OFFICE, actor.office)


def offer_after(item: Consignment, scan: Scan) -> Party | None:
    """Whom the item is offered to after *scan*. Raises BadOffer."""
    if scan.act is Act.DAMAGE:
        return item.taker
    # an agency's list names its agency: what belongs elsewhere is not laid down there
    if scan.act is Act.HAND_OVER and scan.to not in (None, Party(Keeper.AGENCY, item.agency_id)):
        raise BadOffer(item.s10)
    if scan.act not in stages.OFFERS:
        return None
    own = Party(Keeper.OFFICE, scan.by.office or 0)
    to = own if scan.act is Act.BRING_IN else scan.to
    if to is None or to.kind not in (Keeper.OFFICE, Keeper.COURIER):
        raise BadOffer(item.s10)
    if to == Party(item.holder_kind, item.holder_id or 0):
        raise BadOffer(item.s10)
    return to


def holder_after(item: Consignment, scan: Scan, stage: Stage) -> tuple[Keeper, int | None]:
    """Who holds it after *scan*: its taker, the citizen, or whoever held it before."""
    if scan.act is Act.COLLECT:
        return Keeper.COURIER, scan.by.person
    if scan.act is Act.TAKE_IN:
        return Keeper.OFFICE, scan.by.office
    if scan.act is Act.SIGN:
        return Keeper.AGENCY, item.agency_id
    if stages.KEEPERS.get(stage) is Keeper.CITIZEN:
        return Keeper.CITIZEN, None
    return item.holder_kind, item.holder_id
