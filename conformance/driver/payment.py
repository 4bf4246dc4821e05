"""How a session gets paid, as the profile has it (payment.kind, docs/profile.md)."""

from __future__ import annotations

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


def on_a_page(paid: Payable) -> Outcome:
    """What the vendor's button reports after a browser's clicks, or a person's."""
    settings = paid.profile.payment.settings
    made = next(exchange for exchange in paid.trace.exchanges if exchange.id == paid.state.created_by)
    shown, script = made.headers.get(SIGNATURE, ""), str(settings["script_url"])
    token = paid.target.pay_tokens.get(shown, "")
    wait_s = float(settings.get("wait_s", WAITS_S[paid.profile.payment.kind]))
    if paid.profile.payment.kind == "manual":
        return _by_person(paid, script, token, wait_s)
    return by_browser(script, token, paid.id, [BUTTON, *settings.get("clicks", [])], wait_s)


def _by_person(paid: Payable, script: str, token: str, wait_s: float) -> Outcome:
    """Asks a person so often and no more, and not again once nobody came."""
    target = paid.target
    most = int(paid.profile.payment.settings.get("payments", PAYMENTS))
    if target.nobody_paid:
        return Outcome("nothing", {"message": target.nobody_paid})
    if target.paid_by_person >= most:
        return Outcome("nothing", {"message": f"a person is asked {most} times in a run (payments under [payment])"})
    target.paid_by_person += 1
    outcome = by_person(script, token, paid.id, wait_s, target.tell)
    if outcome.kind == "nothing":
        target.nobody_paid = str(outcome.data["message"])
    return outcome
