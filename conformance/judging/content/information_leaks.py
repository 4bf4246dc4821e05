"""A refusal must not tell a stranger what belongs to another session."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from conformance.core.addresses import flat_address
from conformance.judging.claim import Claim, quoted, true
from conformance.judging.context import RuleContext
from conformance.judging.model import text
from conformance.judging.world import SessionState

FIELDS = ("lineItems", "shippingAddress", "pricingSummary", "appliedCoupons", "purchaseOrderStatus")
PRIVATE = (
    "addressLine1",
    "addressLine2",
    "city",
    "postalCode",
    "phoneNumber",
    "recipient.firstName",
    "recipient.lastName",
)
SHORT = 3  # a text of so many characters may stand in any answer


def leak(context: RuleContext, session: SessionState) -> Claim:
    """Neither the fields of a session or an order nor what its owner put into it are in the answer.

    What the request itself carries may be said again: it is no news to whoever sent it.
    """
    body = context.exchange.body
    said = context.exchange.text or json.dumps(body, ensure_ascii=False)
    sent = context.exchange.url + (context.request.payload() or b"").decode("utf-8", "replace")
    named = [name for name in FIELDS if isinstance(body, dict) and name in body]
    words = {
        name: value
        for name, value in _belongings(session)
        if len(value) > SHORT and value not in sent and quoted_in(value, said)
    }
    listed = ",".join(quoted(name) for name in FIELDS)
    tests = [f'(.body|if type=="object" then [keys[]|select(IN({listed}))]|length==0 else true end)']
    tests += [
        f'((.text // "") + (.body|tostring)|contains({quoted(value)})|not)' for value in sorted(set(words.values()))
    ]
    return true(
        not (named or words),
        "nothing leaks",
        "no part of the other app's session",
        [*named, *words],
        " and ".join(tests),
    )


def quoted_in(value: str, said: str) -> bool:
    """Whether a text stands in another text by itself, not as a part of a longer word or number."""
    return re.search(rf"(?<![\w.]){re.escape(value)}(?![\w.]*\w)", said) is not None


def _belongings(session: SessionState) -> Iterator[tuple[str, str]]:
    """What tells something about a session: the buyer, the address, the items, the total, the coupon."""
    for name, value in flat_address(session.view.address).items():
        if name in PRIVATE and isinstance(value, str):
            yield name, value
    yield "contactEmail", session.email
    for each in session.view.lines.values():
        yield "itemId", each.item or ""
        yield "title", _telling(text(each.raw.get("title")))
    summary = session.view.raw.get("pricingSummary")
    whole = summary.get("total") if isinstance(summary, dict) else None
    yield "total", (text(whole.get("value")) or "") if isinstance(whole, dict) else ""
    for code in session.view.coupons:
        yield "redemptionCode", code


def _telling(title: str | None) -> str:
    """A title that is more than a word or two, which might stand in any message."""
    return title if title and len(title) > 12 else ""
