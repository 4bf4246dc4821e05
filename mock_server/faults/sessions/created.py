"""Faults about a new session: its lines, its address, its signature, its ids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.shop import Call
from mock_server.domain.state import Cart
from mock_server.injection import (
    ADDRESS,
    APPLY,
    INITIATE,
    OPTION,
    QUANTITY,
    READ,
    Condition,
    Fault,
    accepted,
    change_status,
    concurrent,
    edit,
    every,
    fault,
    from_nth,
    header,
    in_market,
    lines,
    put,
    quantity_above,
    request_has,
    store,
    wrap,
)

SIGNATURE = "X-EBAY-SECURITY-SIGNATURE"
of_session = Condition(lambda call, kind: kind == "session")


def _without(*names: str) -> Callable[[Cart, Call], None]:
    def change(cart: Cart, call: Call) -> None:
        cart.address = {name: value for name, value in cart.address.items() if name not in names}

    return change


def _swap_names(cart: Cart, call: Call) -> None:
    person = cart.address["recipient"]
    person["firstName"], person["lastName"] = person["lastName"], person["firstName"]


def _short_zip(cart: Cart, call: Call) -> None:
    cart.address["postalCode"] = cart.address["postalCode"][:5]


def _ascii_names(cart: Cart, call: Call) -> None:
    person = cart.address["recipient"]
    for name, value in person.items():
        person[name] = value.encode("ascii", "replace").decode()


def _first_quantity(cart: Cart, call: Call) -> None:
    for line in cart.lines[1:]:
        line.quantity = cart.lines[0].quantity


def _at_most_three(cart: Cart, call: Call) -> None:
    for line in cart.lines:
        line.quantity = min(line.quantity, 3)


def _latest_id(proceed: Callable[..., Any], call: Call, kind: str) -> Any:
    return next(reversed(call.shop.sessions), None) or proceed()


def _renumber(cart: Cart, call: Call) -> None:
    for index, line in enumerate(cart.lines, 1):
        line.id = str(index)


def _new_line_ids(cart: Cart, call: Call) -> None:
    for line in cart.lines:
        line.id = call.run("new_id", "line")


def _last_two_alike(cart: Cart, call: Call) -> None:
    cart.lines[-1].id = cart.lines[-2].id


FAULTS: list[Fault] = [
    fault(
        "create-says-201",
        "SESSION-CREATE",
        "a new session comes with status 201",
        change_status(201, on=INITIATE, when=accepted),
        also="SESSION-DOCUMENTED",
    ),
    fault(
        "create-loses-fourth-line",
        "SESSION-CREATE",
        "of four lines or more the last is not in the session",
        store(lambda cart, call: cart.lines.pop(), on=INITIATE, when=lines(4)),
    ),
    fault(
        "create-stops-at-three",
        "SESSION-CREATE",
        "more than three of an item become three",
        store(_at_most_three, on=INITIATE, when=quantity_above(3)),
    ),
    fault(
        "create-repeats-first-quantity",
        "SESSION-CREATE",
        "every line has the quantity of the first",
        store(_first_quantity, on=INITIATE),
    ),
    fault(
        "create-loses-second-address-line",
        "SESSION-CREATE",
        "addressLine2 of a new session is not kept",
        store(_without("addressLine2"), on=INITIATE),
        kind="field",
    ),
    fault(
        "create-loses-state-in-ca",
        "SESSION-CREATE",
        "in EBAY_CA a new session has no province",
        store(_without("stateOrProvince"), on=INITIATE, when=in_market("EBAY_CA")),
    ),
    fault(
        "create-cuts-zip",
        "SESSION-CREATE",
        "in EBAY_US the postal code of a new session ends after five characters",
        store(_short_zip, on=INITIATE, when=in_market("EBAY_US")),
        kind="boundary",
    ),
    fault(
        "create-swaps-names",
        "SESSION-CREATE",
        "first and last name of the recipient change places",
        store(_swap_names, on=INITIATE),
        kind="field",
    ),
    fault(
        "create-names-in-ascii",
        "SESSION-CREATE",
        "letters beyond ASCII in a name become question marks",
        store(_ascii_names, on=INITIATE),
        kind="field",
    ),
    fault(
        "create-id-empty-at-times",
        "SESSION-CREATE",
        "each 25th new session has an empty id",
        put("checkoutSessionId", "", on=INITIATE, when=accepted & every(25)),
        also="SESSION-FIELDS",
    ),
    fault(
        "signature-missing",
        "SESSION-SIGNATURE",
        "a new session has no signature header",
        header(SIGNATURE, None, on=INITIATE),
        kind="field",
    ),
    fault(
        "signature-empty-in-au",
        "SESSION-SIGNATURE",
        "in EBAY_AU the signature header is empty",
        header(SIGNATURE, "", on=INITIATE, when=accepted & in_market("EBAY_AU"), kind="marketplace"),
    ),
    fault(
        "signature-once",
        "SESSION-SIGNATURE",
        "only the first session of a shop has a signature header",
        header(SIGNATURE, None, on=INITIATE, when=accepted & from_nth(2, per="shop")),
    ),
    fault(
        "session-id-again",
        "SESSION-UNIQUE",
        "each 20th session gets the id of the one before, and its place",
        wrap("new_id", _latest_id, on=INITIATE, when=of_session & every(20)),
    ),
    fault(
        "session-id-shared-at-once",
        "SESSION-UNIQUE",
        "two sessions made at once get one id",
        wrap("new_id", _latest_id, on=INITIATE, when=concurrent & of_session),
    ),
    fault(
        "lines-share-an-id",
        "SESSION-UNIQUE",
        "of four lines the last two have one id",
        store(_last_two_alike, on=INITIATE, when=lines(4)),
    ),
    fault(
        "removal-renumbers-lines",
        "SESSION-UNIQUE",
        "after a removal the lines that are left get new ids",
        store(_renumber, on=QUANTITY, when=request_has(quantity=0)),
        kind="after",
    ),
    fault(
        "address-renews-line-ids",
        "SESSION-UNIQUE",
        "a new address gives every line a new id",
        store(_new_line_ids, on=ADDRESS),
        kind="after",
    ),
    fault(
        "coupon-renews-line-ids",
        "SESSION-UNIQUE",
        "with three lines or more a coupon gives every line a new id",
        store(_new_line_ids, on=APPLY, when=lines(3)),
    ),
    fault(
        "option-answer-with-other-line-ids",
        "SESSION-UNIQUE",
        "the answer about a new option has ids that no line has",
        edit("lineItems[].lineItemId", lambda id: f"{id}1", on=OPTION),
        kind="answer-only",
    ),
    fault(
        "read-pads-line-ids",
        "SESSION-UNIQUE",
        "reads show the line ids with zeros in front",
        edit("lineItems[].lineItemId", lambda id: f"00{id}", on=READ),
        kind="read-only",
    ),
]
