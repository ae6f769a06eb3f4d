"""Random offices, couriers, bags, hand-overs, corrections, deliveries and repeats, over HTTP.

Whatever they do, the register and a small model that shares no code with it agree on
who holds each paper, what is offered to whom, and what every list says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests import make
from tests.make import Town
from tests.play import small
from tests.play.site import Site
from tests.play.small import Hand, Paper, Sheet, Who

#: Steps of one game. bin/test plays 5,000 of them, --deep 200,000.
STEPS = 100
GAMES, DEEP_GAMES = 50, 2000
PAPERS, RESULTS = 3, 2
MANY = st.lists(st.integers(0, 99), min_size=1, max_size=5)
ONE = st.integers(0, 99)
#: Shrinking asks the whole application again and again: a failing game is read as it was played.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
KINDS = ("bag", "courier", "agency", "office")
SEAL = "NP 7"
OK = 200
AT_REST = ("ready", "offered", "with_agency", "delivered", "missing")


class Play(RuleBasedStateMachine):
    """One game: two offices, three couriers, an agency, and what they do to some papers."""

    site: ClassVar[Site]
    people: ClassVar[list[Who]]
    steps: ClassVar[int] = 0

    @initialize()
    def set_out(self) -> None:
        self.papers: list[Paper] = []
        self.sheets: list[Sheet] = []
        self.sent: list[tuple[Who, str, dict[str, Any], Any]] = []
        for who in self.people:
            if who.kind == "office":
                self.papers += self.site.run(new_papers(self.site, who))

    def teardown(self) -> None:
        if hasattr(self, "papers"):
            numbers = [paper.s10 for paper in self.papers]
            assert self.site.broken(numbers) == []
            for sheet in self.sheets:
                assert self.site.lines(sheet.number) == sheet.lines

    @invariant()
    def they_agree(self) -> None:
        if hasattr(self, "papers"):
            type(self).steps += 1
            standing = self.site.standing([paper.s10 for paper in self.papers])
            assert standing == {paper.s10: paper.now for paper in self.papers}

    @rule(kind=st.sampled_from(KINDS), giver=ONE, to=ONE, which=MANY)
    def lay_down(self, kind: str, giver: int, to: int, which: list[int]) -> None:
        kinds = {"agency": ("courier",), "office": ("courier",), "bag": ("office",)}.get(kind, ())
        able = [p.holder for p in self.papers if not p.offered and p.place not in AT_REST]
        who = self.person(giver, kinds, able)
        taker = self.taker(kind, who, to)
        fit = [paper for paper in self.papers if small.may_offer(who, paper, kind, taker)]
        picked = [(str(uuid4()), paper) for paper in self.some(which, fit)]
        items = [{"id": scan, "s10": paper.s10} for scan, paper in picked]
        body = self.at({"id": str(uuid4()), "kind": kind, "to": taker[1], "items": items})
        answer = self.send(who, "/hand-overs", body | ({"seal": SEAL} if kind == "bag" else {}))
        if who.kind == "agency" or taker == who.hand:
            assert answer.status_code in (403, 422), answer.text
            return
        lines = answer.json()["lines"]
        made = Sheet(answer.json()["number"] or "", kind, who.hand, taker, {})
        for (scan, paper), line in zip(picked, lines, strict=True):
            may = small.may_offer(who, paper, kind, taker)
            assert ("problem" not in line) == may, (who, paper, kind, taker, line)
            if may:
                act = {"agency": "hand_over", "office": "bring_in"}.get(kind, "offer")
                small.happen(paper, scan, act, who, self.site.clock.now(), taker)
                paper.sheet = made
                made.lines[paper.s10] = None
        assert bool(made.lines) == bool(made.number)
        if made.lines:
            self.sheets.append(made)

    @precondition(lambda self: getattr(self, "sheets", None))
    @rule(which=ONE, who=ONE, right=st.sampled_from(("right", "right", "seal", "count", "torn")))
    def open_bag(self, which: int, who: int, right: str) -> None:
        bags = [sheet for sheet in self.sheets if sheet.kind == "bag"]
        sheet = bags[which % len(bags)] if bags and likely(which) else self.sheet(which)
        opener = self.side(sheet.taker) if likely(who) else self.person(who)
        count = len(sheet.lines) + (right == "count")
        body = {
            "seal": "?" if right == "seal" else SEAL,
            "whole": right != "torn",
            "counted": count,
        }
        answer = self.send(opener, f"/hand-overs/{sheet.number}/opening", body)
        may = sheet.kind == "bag" and opener.hand == sheet.taker
        first = may and sheet.state == "offered"
        assert (answer.status_code == 200) == (may and sheet.state in ("offered", "open"))
        if first:
            sheet.state, sheet.odd, sheet.opened = "open", right != "right", True

    @precondition(lambda self: getattr(self, "sheets", None))
    @rule(which=ONE, who=ONE, rows=st.lists(st.tuples(ONE, ONE), min_size=1, max_size=4))
    def answer_lines(self, which: int, who: int, rows: list[tuple[int, int]]) -> None:
        sheet = self.sheet(which)
        taker = self.side(sheet.taker) if likely(who) else self.person(who)
        names = ("accepted", "accepted", "missing", "declined", "damaged")
        picked = []
        for number, kind in rows:
            paper = self.papers[number % len(self.papers)] if number % 5 == 0 else None
            listed = [p for p in self.papers if p.s10 in sheet.lines]
            paper = paper or listed[number % len(listed)]
            outcome = names[kind % len(names)]
            reason = {"declined": "CD08", "damaged": "CD07"}.get(outcome)
            said = {
                "id": str(uuid4()),
                "s10": paper.s10,
                "outcome": outcome,
                "beeped": kind % 3 > 0,
            }
            picked.append((paper, said | ({"reason": reason} if reason else {})))
        body = self.at({"answers": [said for _, said in picked]})
        answer = self.send(taker, f"/hand-overs/{sheet.number}/answers", body)
        silent = any(s["outcome"] != "missing" and not s["beeped"] for _, s in picked)
        sealed = sheet.kind == "bag" and sheet.state == "offered"
        if taker.hand != sheet.taker or sealed or (sheet.odd and silent):
            assert answer.status_code in (404, 409), answer.text
            return
        for (paper, said), line in zip(picked, answer.json()["lines"], strict=True):
            self.answered(sheet, taker, paper, said, line)

    def answered(
        self, sheet: Sheet, taker: Who, paper: Paper, said: dict[str, Any], line: dict[str, Any]
    ) -> None:
        takes = said["outcome"] in ("accepted", "damaged")
        may = paper.s10 in sheet.lines and (
            small.may_take(taker, paper) if takes else small.may_refuse(taker, paper)
        )
        assert ("problem" not in line) == may, (taker, paper, said, line)
        if may:
            now, was = self.site.clock.now(), paper.sheet
            act = {"missing": "report_missing", "declined": "decline"}.get(said["outcome"], "take")
            small.happen(paper, said["id"], act, taker, now)
            if said["outcome"] == "damaged":
                small.happen(paper, "damage", "damage", taker, now)
                if was is not None:
                    was.lines[paper.s10] = "damaged"

    @precondition(lambda self: getattr(self, "sheets", None))
    @rule(which=ONE, who=ONE)
    def close(self, which: int, who: int) -> None:
        sheet = self.sheet(which)
        closer = self.side(sheet.taker) if likely(who) else self.person(who)
        answer = self.send(closer, f"/hand-overs/{sheet.number}/closing", {})
        ready = all(sheet.lines.values()) and sheet.state != "recalled" and not sheet.odd
        ready = ready and not (sheet.kind == "bag" and sheet.state == "offered")
        may = closer.hand == sheet.taker and (ready or sheet.state == "closed")
        assert (answer.status_code == 200) == may, (sheet, closer, answer.text)
        if may:
            sheet.state = "closed"

    @precondition(lambda self: getattr(self, "sheets", None))
    @rule(which=ONE, who=ONE)
    def recall(self, which: int, who: int) -> None:
        sheet = self.sheet(which)
        giver = self.side(sheet.giver) if likely(who) else self.person(who)
        answer = self.send(giver, f"/hand-overs/{sheet.number}/recall", {"id": str(uuid4())})
        assert (answer.status_code == 200) == (giver.hand == sheet.giver), answer.text
        if giver.hand == sheet.giver and sheet.state in ("offered", "open"):
            for paper in self.papers:
                if paper.sheet is sheet and small.may_recall(giver, paper):
                    small.happen(paper, "recall", "recall", giver, self.site.clock.now())
            if all(sheet.lines.values()):
                sheet.state = "recalled"

    @rule(who=ONE, act=st.sampled_from(("collect", "hand_over", "bring_in", "miss")), which=MANY)
    def beep(self, who: int, act: str, which: list[int]) -> None:
        able = [w.hand for w in self.people for p in self.papers if self.may_beep(w, p, act)]
        courier = self.person(who, ("courier",), able)
        fit = [paper for paper in self.papers if self.may_beep(courier, paper, act)]
        picked = [(str(uuid4()), paper) for paper in self.some(which, fit)]
        scans = [
            self.at({"id": scan, "s10": paper.s10, "act": act})
            | ({"reason": "DF04", "next": "redeliver"} if act == "miss" else {})
            for scan, paper in picked
        ]
        answer = self.send(courier, "/courier/scans/batch", {"scans": scans})
        for (scan, paper), line in zip(picked, answer.json()["lines"], strict=True):
            may = self.may_beep(courier, paper, act)
            assert ("ok" in line) == may, (courier, paper, act, line)
            if may:
                home = ("office", courier.office)
                now = self.site.clock.now()
                done = "take" if act == "collect" else act
                small.happen(paper, scan, done, courier, now, home)

    @rule(which=ONE, times=st.integers(1, 4), way=ONE)
    def go_on(self, which: int, times: int, way: int) -> None:
        """Take one paper further on its usual way, as on a day without mishaps."""
        paper = self.papers[which % len(self.papers)]
        for _ in range(times):
            if paper.offered or paper.place in ("ready", "offered"):
                self.take_on(paper, way)
            elif paper.place in ("accepted", "at_office"):
                courier = next(
                    w for w in self.people if w.kind == "courier" and w.office == paper.office
                )
                self.offer_on(self.side(paper.holder), paper, "courier", courier.hand)
            elif paper.place == "to_agency":
                self.offer_on(self.side(paper.holder), paper, "agency", ("agency", paper.agency))
            elif paper.place == "to_office":
                self.beep_on(self.side(paper.holder), paper, "bring_in")
            elif paper.place == "out":
                self.beep_on(self.side(paper.holder), paper, "miss" if way % 3 else "bring_in")

    def take_on(self, paper: Paper, way: int) -> None:
        takers = [w for w in self.people if small.may_take(w, paper)]
        if not takers:
            return
        taker, scan = takers[way % len(takers)], str(uuid4())
        items = [{"id": scan, "s10": paper.s10}]
        answer = self.send(taker, "/hand-overs/taken", self.at({"items": items}))
        assert "problem" not in answer.json()["lines"][0], (taker, paper, answer.text)
        small.happen(paper, scan, "take", taker, self.site.clock.now())

    def offer_on(self, who: Who, paper: Paper, kind: str, to: Hand) -> None:
        scan = str(uuid4())
        items = [{"id": scan, "s10": paper.s10}]
        body = self.at({"id": str(uuid4()), "kind": kind, "to": to[1], "items": items})
        answer = self.send(who, "/hand-overs", body)
        may = small.may_offer(who, paper, kind, to)
        assert (answer.json()["number"] is not None) == may, (who, paper, to, answer.text)
        if may:
            made = Sheet(answer.json()["number"], kind, who.hand, to, {paper.s10: None})
            self.sheets.append(made)
            act = "hand_over" if kind == "agency" else "offer"
            small.happen(paper, scan, act, who, self.site.clock.now(), to)
            paper.sheet = made

    def beep_on(self, who: Who, paper: Paper, act: str) -> None:
        scan = str(uuid4())
        why = {"reason": "DF04", "next": "redeliver"} if act == "miss" else {}
        beep = self.at({"id": scan, "s10": paper.s10, "act": act}) | why
        answer = self.send(who, "/courier/scans/batch", {"scans": [beep]})
        may = small.may_do(who, paper, act)
        assert ("ok" in answer.json()["lines"][0]) == may, (who, paper, answer.text)
        if may:
            small.happen(paper, scan, act, who, self.site.clock.now(), ("office", who.office))

    @rule(who=ONE, which=MANY)
    def take_in(self, who: int, which: list[int]) -> None:
        able = [w.hand for w in self.people for p in self.papers if small.may_take(w, p)]
        taker = self.person(who, (), able)
        fit = [paper for paper in self.papers if small.may_take(taker, paper)]
        picked = [(str(uuid4()), paper) for paper in self.some(which, fit)]
        items = [{"id": scan, "s10": paper.s10} for scan, paper in picked]
        answer = self.send(taker, "/hand-overs/taken", self.at({"items": items}))
        for (scan, paper), line in zip(picked, answer.json()["lines"], strict=True):
            may = small.may_take(taker, paper)
            assert ("problem" not in line) == may, (taker, paper, line)
            if may:
                small.happen(paper, scan, "take", taker, self.site.clock.now())

    @rule(which=ONE, who=ONE, back=st.sampled_from((1, 1, 1, 2)))
    def undo(self, which: int, who: int, back: int) -> None:
        paper = self.papers[which % len(self.papers)]
        if len(paper.past) < back or len(paper.past[-back].scan) < 36:
            return
        line = paper.past[-back]
        undoer = line.by if likely(who) else self.person(who)
        body = {"id": str(uuid4()), "s10": paper.s10, "undoes": line.scan}
        answer = self.send(undoer, "/corrections/undo", body)
        may = small.may_undo(undoer, paper, line.scan, self.site.clock.now())
        assert (answer.status_code == 200) == may, (undoer, paper, line, answer.text)
        if may:
            small.undo(paper)

    @rule(seconds=st.sampled_from((5, 40, 90)))
    def time_passes(self, seconds: int) -> None:
        self.site.clock.move(timedelta(seconds=seconds))

    @precondition(lambda self: getattr(self, "sent", None))
    @rule(which=ONE)
    def repeat(self, which: int) -> None:
        """A phone that has not heard back sends the same again: same words, nothing moves."""
        who, path, body, heard = self.sent[-1 - which % len(self.sent[-5:])]
        answer = self.site.post(who, path, body)
        assert outcomes(answer) == outcomes(heard), (path, body, answer.text, heard.text)

    def send(self, who: Who, path: str, body: dict[str, Any]) -> Any:
        answer = self.site.post(who, path, body)
        assert answer.status_code < 500, answer.text
        lined = path == "/hand-overs" or path.endswith(("/answers", "/batch", "/taken"))
        # what was refused may be legal by now: sent again it is a new try, not a repeat
        if lined and answer.status_code == OK and not any(no for _, no in outcomes(answer)):
            self.sent.append((who, path, body, answer))
        return answer

    def at(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"at": self.site.clock.now().isoformat()}

    def some(self, which: list[int], fit: list[Paper]) -> list[Paper]:
        """Different papers, mostly of those *fit* for the act; now and then of all."""
        among = fit if fit and likely(which[0]) else self.papers
        return [among[place] for place in dict.fromkeys(n % len(among) for n in which)]

    def sheet(self, number: int) -> Sheet:
        """A list, mostly one that waits."""
        waiting = [s for s in self.sheets if s.state in ("offered", "open")]
        among = waiting if waiting and likely(number) else self.sheets
        return among[number % len(among)]

    def may_beep(self, courier: Who, paper: Paper, act: str) -> bool:
        if act == "collect":
            return small.may_take(courier, paper)
        return small.may_do(courier, paper, act)

    def person(self, number: int, kinds: tuple[str, ...] = (), able: Sequence[Hand] = ()) -> Who:
        """Somebody of one of the *kinds*, mostly one of those *able* to do something."""
        fit = [who for who in self.people if not kinds or who.kind in kinds]
        good = [who for who in fit if who.hand in able]
        among = good if good and likely(number) else fit
        return among[number % len(among)]

    def side(self, hand: Hand) -> Who:
        return next(who for who in self.people if who.hand == hand)

    def taker(self, kind: str, giver: Who, number: int) -> Hand:
        if kind == "office":
            return "office", giver.office
        wanted = {"bag": "office", "courier": "courier", "agency": "agency"}[kind]
        return self.person(number, (wanted,)).hand


def likely(number: int) -> bool:
    """Three times of four: what is legal happens often enough for a game to go somewhere."""
    return number % 4 < 3


def outcomes(answer: Any) -> list[tuple[str | None, bool]]:
    """Of each line: its paper, and whether it was done."""
    return [
        (line.get("s10") or line.get("id"), "problem" in line) for line in answer.json()["lines"]
    ]


async def new_papers(site: Site, clerk: Who) -> list[Paper]:
    """Sealed dossiers on the office's shelf, and results on the agency's desk."""
    town = town_of(site.town, clerk)
    found = []
    for leg in ["F"] * PAPERS + ["R"] * RESULTS:
        dossier = await make.dossier(site.conn, town, offered=leg == "R")
        s10 = (
            await make.ready(site.conn, town, dossier)
            if leg == "R"
            else await make.s10(site.conn, dossier)
        )
        found.append(
            site.paper(office=town.office, agency=town.agency, leg=leg, ref=dossier.ref, s10=s10)
        )
    return found


def town_of(town: Town, clerk: Who) -> Town:
    """The same agency, seen from the office of *clerk*."""
    courier = town.courier if clerk.office == town.office else Play.people[-2].person
    return make.structs.replace(town, office=clerk.office, clerk=clerk.person, courier=courier)


@pytest.fixture
def site(town_url: str, town: Town) -> Iterator[Site]:
    with Site(town_url, town) as site:
        yield site


async def settle(site: Site) -> list[Who]:
    """The people of two offices and of one agency."""
    town, conn = site.town, site.conn
    other = await conn.fetchval("SELECT id FROM office WHERE code = '66D04'")
    await make.journey.give_numbers(conn, other)
    clerk = await make.person(conn, "clerk2", "clerk", other, town.agency)
    courier = await make.person(conn, "courier2", "courier", other, town.agency)
    return [
        Who("clerk", town.clerk, "office", office=town.office),
        Who("clerk2", clerk, "office", office=other),
        Who("courier", town.courier, "courier", office=town.office),
        Who("other-courier", town.other_courier, "courier", office=town.office),
        Who("courier2", courier, "courier", office=other),
        Who("officer", town.officer, "agency", agency=town.agency),
    ]


@pytest.mark.slow
def test_the_register_agrees_with_a_small_model(site: Site, pytestconfig: pytest.Config) -> None:
    """No divergence in 5,000 random steps, 200,000 with --deep."""
    deep = bool(pytestconfig.getoption("--deep"))
    Play.site, Play.people, Play.steps = site, site.run(settle(site)), 0

    run_state_machine_as_test(
        Play,
        settings=settings(
            max_examples=DEEP_GAMES if deep else GAMES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            phases=PHASES,
        ),
    )

    assert Play.steps >= (DEEP_GAMES if deep else GAMES) * STEPS // 2
