"""A refusal must not tell a stranger what belongs to another session."""

from __future__ import annotations

from conformance.claim import Claim, true
from conformance.judge import At
from conformance.model import Session, flat_address

FIELDS = ("lineItems", "shippingAddress", "pricingSummary", "appliedCoupons", "purchaseOrderStatus")


def leak(at: At, session: Session) -> Claim:
    """Neither the fields of a session or an order nor the buyer's name, street, phone or e-mail address are in it."""
    body = at.exchange.body
    text = str(body)
    named = [name for name in FIELDS if isinstance(body, dict) and name in body]
    private = {name: value for name, value in flat_address(session.view.address).items() if name in PRIVATE}
    private["contactEmail"] = session.email
    told = [name for name, value in private.items() if isinstance(value, str) and len(value) > 3 and value in text]
    found = named + told
    listed = "[" + ",".join(f'"{name}"' for name in FIELDS) + "]"
    return true(
        not found,
        "nothing leaks",
        "no part of the other app's session",
        found,
        f'(.body|if type=="object" then [keys[]|select(IN({listed}[]))]|length==0 else true end)',
    )


PRIVATE = ("addressLine1", "phoneNumber", "recipient.firstName", "recipient.lastName")
