"""One session from its first request to its end, as a row of the covering array has it (strategies/array.py). It sends; the rules judge.

A session comes to its state, meets its probes, makes its change and undoes it, and ends. Other sessions beside it show
what reaches further than it should.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from conformance.core import contract
from conformance.core.exchange import Request
from conformance.core.profile import Coupon
from conformance.core.requirement import SessionPhase
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.judging.model import Line
from strategies.addresses import lawful
from strategies.array import Row
from suites.situations.changes import Changes
from suites.situations.design import PAID_ENDS, SessionPlan, ends_in
from suites.situations.goods import Goods, is_not_bought
from suites.situations.moment import Moment
from suites.situations.other_sessions import (
    apply_next_coupon,
    decline_alike,
    make_alike,
    see_declined,
    session_beside,
)
from suites.situations.probe import Probe

RANKS = {"next": 1, "after": 2}  # among the options that are not selected
SENT_AGAIN = {"quantity": "same", "option": "reselect", "address": "move_again"}  # the change by the row's history
TOUR = ("more", "select")  # changes of `contracts/factors.yaml` that leave the levels of the row as they are
TOUR_OF_EMPTIED = ("move", "coupon", *TOUR)  # where nothing follows that the row's address and coupon matter to
READ_AFTER = {"refusal": 10, "read": 4, "change": 2}  # refusals, before a read or a change shows what they left


@dataclass
class PlannedSession:
    """One row under way. others: the sessions beside its own. email, session: its buyer and its own session, from `walk` on."""

    driver: CheckoutDriver
    plan: SessionPlan
    others: list[CheckoutSession] = field(default_factory=list)
    email: str = field(init=False)
    session: CheckoutSession = field(init=False)

    @property
    def row(self) -> Row:
        """Its levels."""
        return self.plan.row

    @property
    def market(self) -> str:
        """The session's marketplace."""
        return self.row["marketplace"]

    @property
    def goods(self) -> Goods:
        """What the session begins with."""
        return Goods(self.driver, self.row)

    def walk(self) -> None:
        """From the first request to the last. Raises PrerequisiteFailed where no session can be had."""
        self._start()
        self.email = self._buyer()
        if self.row["age"] == "older":
            self._beside()
        self.session = self.driver.create_session(self.market, self.goods.lines(), email=self.email)
        if self.row["age"] == "younger":
            self._beside()
        self._read_others()
        self._reach()
        if self.row["before"] == "change":  # nothing comes between the state and the change
            self._change()
            self._meet(Moment.OPEN)
        else:
            self._meet(Moment.OPEN)
            self._change()
        self._tour()
        self._end()

    # ------------------------------------------------------------ the state

    def _start(self) -> None:
        """What must be refused before there is a session."""
        for start in self.plan.starts:
            body = self.driver.initiate_body(self.market, self.goods.lines())
            self.driver.initiate(self.market, requirement=start.requirement, case=start.case, body=start.edit(body))

    def _buyer(self) -> str:
        """The e-mail address of the session."""
        declined = self._declined_buyers() if self.row["end"] == "declined" else []
        return declined[0] if declined else self.driver.buyer()

    def _declined_buyers(self) -> list[str]:
        """The e-mail addresses of the buyers whose payment is declined; each row begins with another."""
        known = sorted(self.driver.profile.buyers.declined) if self.driver.profile.pays_by_call else []
        turn = self.row.number % (len(known) or 1)
        return known[turn:] + known[:turn]

    def _declined_beside(self) -> list[str]:
        """The first of them, for a session that is not the row's own. A target may count a limit over a buyer's sessions."""
        return [] if self.row["goods"] == "limit" else self._declined_buyers()[:1]

    @property
    def changes(self) -> Changes:
        """What the session can be changed by."""
        return Changes(self.session, self.goods)

    @property
    def line(self) -> Line | None:
        """The line that the row means."""
        lines = self.session.lines
        return lines[self.goods.place(len(lines))] if lines else None

    def _reach(self) -> None:
        """Address, option and coupon; last of all the change that the row has as its history."""
        last, steps = self.row["history"], self._steps()
        for name, step in steps.items():
            if name != last and last != "fresh":
                step()
        if last in steps:
            steps[last]()
        elif last == "back":
            _undo(self._make("more", self.line))
        elif last == "removal":
            self._removal()
        if self.row["before"] == "read":
            self.session.read()

    def _steps(self) -> dict[str, Callable[[], None]]:
        return {"quantity": self._quantity, "address": self._address, "option": self._option, "coupon": self._apply}

    def _quantity(self) -> None:
        if self.row["history"] == "quantity" and self.line:
            self.session.set_quantity(self.line, self.goods.pieces(self.line.item or ""))

    def _address(self) -> None:
        market = self.driver.market(self.market)
        other = market.other_address or market.address
        if self.row["address"] == "updated":
            self.session.set_address(other)
        elif self.row["address"] == "unverifiable":
            self.session.set_address(market.unverifiable_address or other)
        elif self.row["address"] == "same" or self.row["history"] == "address":
            self.session.set_address(market.address)

    def _option(self) -> None:
        """Another option on the line that the row means, or on every line."""
        meant = self.line
        if meant and self.row["option"] == "other":
            others = self.session.lines if self.row["chosen"] == "every" else []
            for line in [*(line for line in others if line.id != meant.id), meant]:
                if option := self.session.other_option(line, RANKS[self.row["rank"]]):
                    self.session.select_option(line, option.id)
        elif meant and self.row["history"] == "option" and meant.options:
            self.session.select_option(meant, meant.options[0].id)

    def _apply(self) -> None:
        coupon = self.goods.coupon()
        if coupon is None and self.row["history"] == "coupon":
            coupon = next(iter(self.driver.market(self.market).coupons_of("good", "oversized")), None)
        if coupon is None:
            return
        self._afford(coupon)
        self.session.apply_coupon(coupon.code)
        if self.row["coupon"] in ("removed", "none") and self.session.state.view.coupons:
            self.session.remove_coupon(coupon.code)

    def _afford(self, coupon: Coupon) -> None:
        """As many pieces as the coupon's minimum asks for."""
        subtotal = self.session.state.view.summary.get("priceSubtotal")
        lines = [self.line, *self.session.lines]
        line = next((each for each in lines if each and each.unit and self.goods.is_ample(each.item or "")), None)
        if coupon.kind == "minimum" and subtotal is not None and line and line.unit:
            spent = subtotal - self.session.state.view.summary.get("priceDiscount", subtotal - subtotal)
            missing = int((coupon.minimum - spent) / line.unit) + 2
            if 1 < missing < 20:
                self.session.set_quantity(line, (line.quantity or 1) + missing)

    def _removal(self) -> None:
        """A line that is not meant, where there are several: the first, the second or the last of them."""
        meant = self.line
        rest = [line for line in self.session.lines if meant is None or line.id != meant.id]
        if rest:
            self.session.set_quantity(next(iter(self._in_turn(rest))), 0)

    # ------------------------------------------------------------ other sessions

    def _beside(self) -> None:
        self.others = session_beside(self.driver, self.goods, self.email)

    def _read_others(self) -> None:
        """Reads the sessions beside this one."""
        for session in self.others:
            session.read_back()

    # ------------------------------------------------------------ probes

    def _meet(self, moment: Moment) -> None:
        """The row's probes of this moment; reads between them and after them."""
        own = [probe for probe in self.plan.probes if probe.moment is moment]
        self.session.named_line = self.goods.place(len(self.session.lines)) if self.session.lines else 0
        if self.row["order"] == "backward":
            own.reverse()
        turn = (
            self.row.number % READ_AFTER[self.row["before"]]
        )  # each row has other probes right after a read or a change
        for index, probe in enumerate(own[turn:] + own[:turn]):
            for _ in range(2 if self.row["rounds"] in probe.twice else 1):
                self._send(probe)
            if index % READ_AFTER[self.row["before"]] == 0 or self._repeats(moment):
                self._between(moment)
        if own:
            self._read_others()
            if moment is Moment.PAID and self.row.number % 3:
                self.session.read_order()
            self.session.read_back()

    def _repeats(self, moment: Moment) -> bool:
        """Whether a change comes between the probes: the row's kind, where it can be made again as it is."""
        return self.row["before"] == "change" and moment is Moment.OPEN and self.row["history"] in SENT_AGAIN

    def _between(self, moment: Moment) -> None:
        """What comes before the next probe, and shows the session: a read, or the row's kind of change as it is."""
        if (line := self.line) and self._repeats(moment):
            self.changes.make(SENT_AGAIN[self.row["history"]], line)
        else:
            self.session.read()

    def _send(self, probe: Probe) -> None:
        sent = probe.make(self.session)
        if sent is not None:
            asked = {"subject": self.session.id, "marketplace": self.market, "body": None, **sent}
            self.driver.send(Request(**asked), probe.requirement, probe.case)

    # ------------------------------------------------------------ the change

    def _change(self) -> None:
        """The row's change, read back; then its inverse, so that states meet again."""
        line = self.line
        if line is None:
            return
        if self.row["before"] == "refusal":
            self.session.send(contract.OPTION, {"lineItemId": line.id, "shippingOptionId": "no-such-option"})
        undo = self.changes.make(self.row["change"], self.line or line)
        self.session.read()
        self._twin()
        self._read_others()
        if undo:
            undo()
            if self.row["rounds"] == "double":
                _undo(self.changes.make(self.row["change"], self.line or line))
            self.session.read()

    def _twin(self) -> None:
        """A fresh session in the same state, which ends as this one does not: its payment is declined, or it is paid."""
        profile = self.driver.profile
        is_paid = ends_in(profile, self.row, PAID_ENDS)
        declined = self._declined_beside() if is_paid else []
        twin = make_alike(self.session, declined[0] if declined else self.driver.buyer(), self.row.number)
        if twin is None or not profile.pays_by_call:
            return
        if self.row.number % 2:  # the other twins keep the state as it is
            apply_next_coupon(twin, self.row.number)
        if declined:
            see_declined(twin)
        elif not is_paid and not is_not_bought(self.driver.market(self.market), self.row):
            twin.place_order()
            twin.read_back()
            twin.place_order("PAY-TWICE")
            twin.read_order()

    def _tour(self) -> None:
        """Each other kind of change, made and undone, so that it meets the state of every row; then those of another line."""
        for change in TOUR_OF_EMPTIED if self.row["end"] == "emptied" else TOUR:
            if change != self.row["change"]:
                _undo(self._make(change, self.line))
        _undo(self._make("more", self._line_after()))
        other = self._make("select", self._line_after())  # so that an option of either line can reset that of the other
        _undo(self._make("select", self.line))
        _undo(other)
        if self.row["end"] == "emptied":
            self._lawful_address()
        elif self.row["address"] != "first":
            self._address_again()
        self.session.read()

    def _make(self, change: str, line: Line | None) -> Callable[[], object] | None:
        is_open = self.session.state.phase == SessionPhase.OPEN
        return self.changes.make(change, line) if line is not None and is_open else None

    def _line_after(self) -> Line | None:
        """The line after the meant one, the first after the last; None where there is no other."""
        lines = self.session.lines
        return lines[(self.goods.place(len(lines)) + 1) % len(lines)] if len(lines) > 1 else None

    def _address_again(self) -> None:
        """The row's address once more: what was chosen before it must reach the order."""
        if self.row["address"] != "same":
            self.session.set_address(self.driver.market(self.market).address)
        self._address()

    def _lawful_address(self) -> None:
        """An address at its limits, or of real people, in place of the session's."""
        home = self.driver.market(self.market).address
        found = lawful(self.market, home, contract.address_line_limit(self.market))
        self.session.set_address(found[self.row.number % len(found)])
        self.session.read()
        self.session.set_address(home)

    # ------------------------------------------------------------ the end

    def _end(self) -> None:
        end = self.row["end"]
        if end == "emptied":
            decline_alike(self.session, self._declined_beside())
            self._empty()
        elif ends_in(self.driver.profile, self.row, PAID_ENDS) and self.session.lines:
            self._pay(end)
        elif end == "declined" and self.session.lines and self.driver.profile.pays_by_call:
            self.session.place_order("PAY-DECLINED")
            decline_alike(self.session, self._declined_buyers()[1:])
            self._meet(Moment.DECLINED)
            self._read_others()
        for session in self.others:
            session.assert_still_open()

    def _empty(self) -> None:
        for line in self._in_turn(self.session.lines):
            self.session.set_quantity(line, 0, "QTY-ZERO")
            self.session.read()
        if self.session.state.phase == SessionPhase.EMPTY:
            self._meet(Moment.EMPTY)

    def _in_turn(self, lines: list[Line]) -> Iterable[Line]:
        """The first, the last or the second line first."""
        turns = {"first": lines, "second": [*lines[1:], *lines[:1]], "last": lines[::-1]}
        return turns[self.row["removal"]]

    def _pay(self, end: str) -> None:
        self.session.pay()
        if end == "paid":
            self.session.read_order()
            self.session.read_order()
            self.session.read()
        self._meet(Moment.PAID)
        self._meet(Moment.ORDER)
        if self.row["beside"] == "same_buyer":
            self._pay_others()
        self.session.read_order()
        self._read_others()

    def _pay_others(self) -> None:
        """A second order of the same buyer: each order must stay its own, and the session is open until then."""
        for session in self.others:
            session.assert_still_open()
            if session.state.phase == SessionPhase.OPEN and self.driver.profile.pays_by_call:
                session.place_order()
                session.read_back()


def _undo(undo: Callable[[], object] | None) -> None:
    """Undoes a change, if it was made and can be undone."""
    if undo:
        undo()
