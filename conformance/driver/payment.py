"""How a session gets paid, as the profile has it (payment.kind, docs/profile.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from conformance.client.api_client import ApiClient
from conformance.core.exchange import SIGNATURE
from conformance.core.profile import Profile
from conformance.driver.hosted_checkout import Outcome, by_browser, by_person
from conformance.judging.trace import Trace
from conformance.judging.world import SessionState

BUTTON = "#checkout button, #checkout a, #checkout [role=button]"
WAITS_S = {"hosted": 20.0, "manual": 120.0}
PAYMENTS = 8  # that a person is asked for in one run


class Payable(Protocol):
    """What paying needs of a checkout session that a test holds (conformance/driver/checkout.py)."""

    @property
    def id(self) -> str: ...
    @property
    def state(self) -> SessionState: ...
    @property
    def trace(self) -> Trace: ...
    @property
    def profile(self) -> Profile: ...
    @property
    def target(self) -> ApiClient: ...


@dataclass
class PayPage:
    """Pays sessions on a page for one run. A person is asked so often and no more, and not again once nobody came.

    tell: how a person learns where to pay. asked: payments that a person was asked for. absent: why nobody else is asked.
    """

    tell: Callable[[str], None] = print
    asked: int = 0
    absent: str = ""

    def pay(self, session: Payable) -> Outcome:
        """What the vendor's button reports after a browser's clicks, or a person's."""
        payment = session.profile.payment
        made = next(exchange for exchange in session.trace.exchanges if exchange.id == session.state.created_by)
        token = session.target.signatures.get(made.headers.get(SIGNATURE, ""), "")
        script = str(payment.settings["script_url"])
        wait_s = float(payment.settings.get("wait_s", WAITS_S[payment.kind]))
        if payment.kind != "manual":
            return by_browser(script, token, session.id, [BUTTON, *payment.settings.get("clicks", [])], wait_s)
        most = int(payment.settings.get("payments", PAYMENTS))
        if self.absent:
            return Outcome("nothing", {"message": self.absent})
        if self.asked >= most:
            return Outcome(
                "nothing", {"message": f"a person is asked {most} times in a run (payments under [payment])"}
            )
        self.asked += 1
        outcome = by_person(script, token, session.id, wait_s, self.tell)
        if outcome.kind == "nothing":
            self.absent = str(outcome.data["message"])
        return outcome
