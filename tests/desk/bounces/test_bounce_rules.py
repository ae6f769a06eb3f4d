"""Whose fault it is that papers came back: the rule, laid out case by case."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from postal_service.desk.bounces.bounce_rules import (
    FAULTS,
    REASONS,
    Asked,
    Cause,
    Copies,
    Facts,
    Fault,
    Kind,
    Listed,
    propose,
)

FORM = Listed(ordinal=1, name="Tờ khai đăng ký", copies=Copies(originals=1), required=True)
CARD = Listed(ordinal=2, name="Thẻ căn cước", copies=Copies(photocopies=2), required=True)
LEAVE = Listed(ordinal=3, name="Văn bản ủy quyền", copies=Copies(originals=1), required=False)
LIST = (FORM, CARD, LEAVE)
COUNTED = {1: Copies(originals=1), 2: Copies(photocopies=2)}


def asked(name: str, ordinal: int = 1, **copies: int) -> Asked:
    return Asked(ordinal=ordinal, name=name, copies=Copies(**copies))


def supplement(
    *papers: Asked, counted: dict[int, Copies] | None = None, reason: str = "PA01"
) -> Facts:
    return Facts(
        kind=Kind.SUPPLEMENT,
        reason=reason,
        listed=LIST,
        counted=COUNTED if counted is None else counted,
        asked=papers,
    )


def test_a_published_paper_that_was_not_counted_is_the_posts() -> None:
    """The counter compares with the list before the citizen leaves: that is what it is for."""
    found = propose(supplement(asked("Thẻ căn cước", photocopies=2), counted={1: COUNTED[1]}))

    assert (found.cause, found.fault) == (Cause.MISSING, Fault.POST)
    assert found.papers[0].document == 2


def test_fewer_copies_than_published_are_the_posts_too() -> None:
    short = {**COUNTED, 2: Copies(photocopies=1)}

    assert (
        propose(supplement(asked("Thẻ căn cước", photocopies=1), counted=short)).cause
        is Cause.CONTENT
    )
    assert (
        propose(supplement(asked("Thẻ căn cước", photocopies=2), counted=short)).cause
        is Cause.MISSING
    )


def test_a_paper_of_no_published_list_is_the_agencys() -> None:
    """Nobody may ask for it (QĐ 45/2016)."""
    found = propose(supplement(asked("Giấy xác nhận hộ nghèo", originals=1)))

    assert (found.cause, found.fault) == (Cause.BEYOND, Fault.AGENCY)
    assert found.papers[0].document is None


def test_more_copies_than_published_are_the_agencys() -> None:
    assert propose(supplement(asked("Tờ khai đăng ký", originals=2))).fault is Fault.AGENCY


def test_a_paper_that_was_there_and_is_not_good_enough_is_the_citizens() -> None:
    """Validity is the agency's to judge, never the post's."""
    found = propose(supplement(asked("tờ khai  ĐĂNG KÝ.", originals=1)))

    assert (found.cause, found.fault) == (Cause.CONTENT, Fault.CITIZEN)


def test_a_paper_that_only_some_cases_need_is_the_citizens_to_know() -> None:
    assert propose(supplement(asked("Văn bản ủy quyền", originals=1))).cause is Cause.CONDITIONAL


def test_of_several_papers_the_posts_fault_weighs_first() -> None:
    """She does not pay for the way of what the counter overlooked, whatever else is missing."""
    beyond, content = asked("Giấy lạ", 2, originals=1), asked("Tờ khai đăng ký", 3, originals=1)
    missing = asked("Thẻ căn cước", 1, photocopies=2)
    short = {1: COUNTED[1]}

    assert propose(supplement(content, beyond, missing, counted=short)).fault is Fault.POST
    assert propose(supplement(content, beyond)).fault is Fault.AGENCY
    assert propose(supplement(content)).fault is Fault.CITIZEN


def test_a_refusal_is_told_by_its_reason() -> None:
    """Not in competence: the counter chose the agency. Conditions not met: nobody's but hers."""
    causes = {
        reason: propose(Facts(kind=Kind.REFUSAL, reason=reason)).fault
        for reason in ("RF01", "RF02", "RF04", "RF06", "RF09")
    }

    assert causes == {
        "RF01": Fault.POST,
        "RF02": Fault.CITIZEN,
        "RF04": Fault.CITIZEN,
        "RF06": Fault.POST,
        "RF09": Fault.CITIZEN,
    }


def test_what_is_declined_at_the_hand_over_happened_in_the_posts_hands() -> None:
    torn, astray = (propose(Facts(kind=Kind.DECLINE, reason=code)) for code in ("CD01", "CD08"))

    assert (torn.cause, torn.fault) == (Cause.CUSTODY, Fault.POST)
    assert (astray.cause, astray.fault) == (Cause.WRONG_AGENCY, Fault.POST)


def test_rules_that_changed_are_the_agencys() -> None:
    assert (
        propose(supplement(asked("Tờ khai đăng ký", originals=1), reason="SR03")).fault
        is Fault.AGENCY
    )


COPIES = st.builds(
    Copies,
    originals=st.integers(0, 3),
    certified=st.integers(0, 3),
    photocopies=st.integers(0, 3),
)
NAMES = st.sampled_from([each.name for each in LIST] + ["Giấy lạ"])


@given(
    st.lists(st.builds(Asked, ordinal=st.integers(1, 9), name=NAMES, copies=COPIES), max_size=5),
    st.dictionaries(st.integers(1, 3), COPIES),
    st.sampled_from(["PA01", "", *REASONS]),
    st.sampled_from(Kind),
)
def test_every_bounce_has_one_fault(
    papers: list[Asked], counted: dict[int, Copies], reason: str, kind: Kind
) -> None:
    """Whatever comes back: a cause, its fault, and a finding for each paper that is asked for."""
    found = propose(Facts(kind=kind, reason=reason, listed=LIST, counted=counted, asked=papers))

    assert found.fault is FAULTS[found.cause]
    if kind is not Kind.DECLINE:
        assert [each.name for each in found.papers] == [each.name for each in papers]
        beyond = [each for each in found.papers if each.document is None]
        assert all(each.cause is Cause.BEYOND for each in beyond)


@given(st.dictionaries(st.integers(1, 3), COPIES))
def test_counting_more_never_makes_it_the_posts_fault(counted: dict[int, Copies]) -> None:
    """A clerk who counts one more copy is never blamed for it."""
    more = {
        ordinal: Copies(
            originals=one.originals + 1,
            certified=one.certified + 1,
            photocopies=one.photocopies + 1,
        )
        for ordinal, one in counted.items()
    }
    papers = [asked(each.name, each.ordinal, originals=1, photocopies=2) for each in LIST]
    was = propose(supplement(*papers, counted=counted))
    now = propose(supplement(*papers, counted=more))

    posts = [sum(FAULTS[p.cause] is Fault.POST for p in each.papers) for each in (was, now)]
    assert posts[1] <= posts[0]
