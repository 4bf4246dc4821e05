"""What a rule sees and says: the place in the fold where it looks, grounds for a refusal, and judgments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from conformance.core import contract
from conformance.core.exchange import OTHER_APP, OWN_APP, CaseKey, Exchange, Request
from conformance.core.profile import Profile
from conformance.judging.claim import Claim
from conformance.judging.model import Order, Session, View, World, amounts
from conformance.judging.request_schema import Problem, problems


@dataclass(slots=True)
class RefusalReason:
    """A reason for which a request must be refused (or, with certain=False, may be: a reading).

    ids: the id of a profile's role where the requirement says `role`, or further ids. any_of: `documented` takes every
    4xx pair of the operation but those of token, quota and address, `4xx` any status from 400 to 499. when: opens the
    requirement's answers of that kind (`stub`: none but ids). lawful: says which reading it is when the answer is a success.
    """

    requirement: str
    condition: str = ""
    ids: tuple[int, ...] = ()
    when: str = ""
    any_of: str = ""
    certain: bool = True
    lawful: Callable[[RuleContext], str | None] | None = None


@dataclass(slots=True)
class Judgment:
    """What one exchange proves about one requirement."""

    requirement: str
    case: CaseKey
    operation: str
    ok: bool
    exchange: str
    claim: Claim | None = None
    reading: str | None = None
    marketplace: str | None = None


@dataclass(slots=True)
class RuleContext:
    """Where a rule looks: the exchange, the state before it and what the target's profile tells."""

    world: World
    profile: Profile
    exchange: Exchange
    session: Session | None
    answer: View | None
    order: Order | None = None
    failed: set[str] = field(default_factory=set)
    cart_differs: bool = False
    reasons: list[RefusalReason] = field(default_factory=list)
    _problems: list[Problem] | None = None
    _amounts: list[tuple[str, str, Any]] | None = None

    @property
    def request(self) -> Request:
        """What was sent."""
        return self.exchange.request

    @property
    def operation(self) -> str:
        """Its operationId."""
        return self.exchange.request.operation

    @property
    def before(self) -> View | None:
        """The session as it was before this exchange."""
        return self.session.view if self.session else None

    @property
    def marketplace(self) -> str | None:
        """Where it happened: the request's marketplace, or the order's or the session's where it names none."""
        if self.request.marketplace:
            return self.request.marketplace
        known = self.order or self.session or self.profile.prepaid_as(self.request.subject)
        return known.marketplace if known else None

    @property
    def body(self) -> dict[str, Any]:
        """The request's JSON object, empty if it is something else."""
        return self.request.object()

    @property
    def address(self) -> dict[str, Any]:
        """The address that the request carries, {} if it carries none."""
        found = self.body if self.operation == contract.ADDRESS else self.body.get("shippingAddress")
        return found if isinstance(found, dict) else {}

    @property
    def why(self) -> str | None:
        """The requirement that the request was sent for."""
        return self.exchange.intent.requirement if self.exchange.intent else None

    @property
    def token_rejected(self) -> bool:
        """Whether the answer turns away a token that was granted for the method: AUTH-SCOPE's alone, whatever was asked."""
        if not self.request.marketplace and self.operation != contract.READ_ORDER:
            return False  # MARKET-REQUIRED leaves the id open
        app = self.request.credential
        granted = app in (OWN_APP, OTHER_APP) and self.profile.auth == "client_credentials"
        if app != (self.session.app if self.session else self.order.app if self.order else app):
            return False  # SESSION-APP and ORDER-APP say how a stranger is refused
        ids = set(self.exchange.error_ids)
        return granted and (bool(ids & {1001, 1002, 1003, 1100}) or (self.exchange.status == 401 and not ids))

    @property
    def asks_for_postal_code(self) -> bool:
        """Whether the answer refuses an address of Hong Kong, which has none, for want of a postal code."""
        if self.operation not in (contract.INITIATE, contract.ADDRESS) or 15001 not in self.exchange.error_ids:
            return False
        if self.address.get("country") != "HK" or self.address.get("postalCode"):
            return False
        return not self.problems  # what else is wrong with the request may be what is missed

    @property
    def amounts(self) -> list[tuple[str, str, Any]]:
        """Every Amount of the answer: where it is, its currency and its value."""
        if self._amounts is None:
            self._amounts = list(amounts(self.exchange.body))
        return self._amounts

    @property
    def problems(self) -> list[Problem]:
        """Where the request's body departs from the contract."""
        if self._problems is None:
            self._problems = list(problems(self.request))
        return self._problems
