"""A probe: a request that a session of the covering array is asked beside its own changes.

A probe is data: which rule owns it, which method, what is sent. Which session meets it, `strategies/assignment.py` says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conformance.driver.checkout import CheckoutSession
from conformance.driver.session_methods import Method
from strategies.assignment import ProbeKey
from suites.situations.moment import Moment

LINES, BESIDE = frozenset({"lines"}), frozenset({"beside"})
# Levels of `rounds` (contracts/factors.yaml).
NEVER, DOUBLE, ALWAYS = frozenset[str](), frozenset({"double"}), frozenset({"single", "double"})
Sent = dict[str, Any]


@dataclass(frozen=True)
class Probe:
    """method: what is asked; the probes of a requirement that ask for one method together meet every pair of levels.
    make: the fields of the `Request` that is sent (`operation`, `body`, `subject`, …); None where the session has none for it.

    group: probes that split the levels among them: each level needs one probe of the group, not all of them; "" for a group
    of its own. twice: levels of the row's `rounds` in which it is sent a second time.
    everywhere: in each session that comes to its moment, not in as few as show every level: an answer that is a success shows
    more than the probe asks for. alone: factors of which the probe meets each level by itself. goods: the level of that factor
    that it is for.
    coupon: whether the session must have a coupon, or must have none, for the request to be wrong in this one thing.
    coupon_beside: the same of the session beside, for a request that is carried out there to show.
    """

    requirement: str
    case: str
    method: str
    moment: Moment
    make: Callable[[CheckoutSession], Sent | None]
    group: str = ""
    coupon: bool | None = None
    coupon_beside: bool | None = None
    alone: frozenset[str] = frozenset()
    goods: str = ""
    twice: frozenset[str] = NEVER
    everywhere: bool = False

    @property
    def key(self) -> ProbeKey:
        """What assigns it to rows."""
        return ProbeKey(self.requirement, self.moment, self.method, self.group or self.case, self.case)


NEEDS_COUPON = {Method.APPLY: False, Method.REMOVE: True}  # a second coupon, or none to remove, is wrong by itself


def valid(session: CheckoutSession, method: Method) -> Sent:
    """A request of a method as the session stands, as if it were to be accepted."""
    operation, body = session.call(method)
    return {"operation": operation, "body": body}


def with_values(method: Method, **more: Any) -> Callable[[CheckoutSession], Sent]:
    """What makes a valid request of a method, but for some fields of the `Request`."""
    return lambda session: {**valid(session, method), **more}
