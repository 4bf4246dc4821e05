"""Every error and warning id that the mock answers, with a wording of its own.

Ids, domains and categories are the Order API's (error tables of the OpenAPI document and of the placeGuestOrder page);
the ids below 15000 are the gateway's, from the vendor's guide to its REST APIs. The HTTP status follows the category.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

JSON = dict[str, Any]

REQUEST, BUSINESS, APPLICATION = "REQUEST", "BUSINESS", "APPLICATION"
STATUS = {REQUEST: 400, BUSINESS: 409, APPLICATION: 500}


class Problem(NamedTuple):
    """What an id stands for; `text` may hold {placeholders}."""

    error: int
    status: int
    domain: str
    category: str
    text: str


def _problems(domain: str, category: str, texts: dict[int, str]) -> dict[int, Problem]:
    return {error: Problem(error, STATUS[category], domain, category, text) for error, text in texts.items()}


# The gateway's ids have a status of their own each.
GATEWAY = {
    1001: Problem(1001, 401, "OAuth", REQUEST, "Invalid access token"),
    1002: Problem(1002, 400, "OAuth", REQUEST, "Missing access token"),
    1003: Problem(1003, 400, "OAuth", REQUEST, "Token type in the Authorization header is invalid: {scheme}"),
    1100: Problem(1100, 403, "ACCESS", REQUEST, "Access denied"),
    2002: Problem(2002, 404, "ACCESS", REQUEST, "Resource not found"),
    2004: Problem(2004, 400, "ACCESS", REQUEST, "Invalid request"),
}

PROBLEMS: dict[int, Problem] = {
    **GATEWAY,
    **_problems("API_ORDER", APPLICATION, {
        15000: "Something failed inside; tell developer support",
        16020: "This application may not offer the coupon",
    }),
    **_problems("API_ORDER", REQUEST, {
        15001: "The field {fieldName} has to be given",
        15002: "The field {fieldName} does not take this value",
        15003: "No such checkout session",
        15004: "There is no card to pay with",
        15007: "The address could not be found; keep it or send a better one",
        15025: "This application may not use the session",
        15029: "The session was made in {supportedValues}, so {fieldValue} is the wrong marketplace for it",
        15032: "Payment was tried already, so the cart is closed; start again with a new session",
        15033: "The payment details are not valid; start again with a new session",
        15046: "A mandatory marketing channel or type is missing",
        15048: "The field {fieldName} is too long",
        16002: "There is no such coupon",
        16003: "The coupon has run out",
        16004: "The coupon is not active yet",
        16006: "The coupon's code is not valid",
        16022: "The coupon's code is malformed",
        16024: "The coupon could not be used; go on without it or try another",
        16025: "That coupon is not on this cart",
        17002: "A name or a line of the shipping address has characters that cannot be printed on a label",
    }),
    **_problems("API_ORDER", BUSINESS, {
        15005: "Not all line items could be bought; see the status of each in the purchase order",
        15006: "This session's order stands already; read it as a purchase order",
        15011: "A session takes {maxLineItems} line items at most",
        15012: "One buyer may not take so many of this item",
        15013: "There are not so many of this item in stock",
        15014: "This item is not sold in that quantity",
        15015: "The card cannot be used",
        15017: "A seller of these items cannot take payments at present",
        15018: "The item is not for sale, perhaps because its listing ended",
        15019: "The session is without line items; start one that has some, {maxLineItems} at most",
        15020: "The item changed during checkout; start again with a new session",
        15021: "The order was placed, so its session cannot change any more",
        15023: "The payment was declined; start again with a new session",
        15024: "The way to pay does not work; take another one",
        15026: "The item does not ship to that address",
        15027: "{fieldValue} is no {fieldName} that is served here; it may be {supportedValues}",
        15028: "The item {itemId} does not ship to {country}",
        15030: "The payment terms have to be agreed to first",
        15031: "The seller does not deal with this buyer",
        15043: "The item {itemId} is sold on the web site only and left the cart",
        15044: "The cart holds an item that is sold on the web site only",
        15045: "The seller is away and sells nothing at present",
        15047: "Trade restrictions: there is no service in this country",
        15049: "Something is wrong with the payment; tell developer support",
        15053: "Nothing of this can be had now",
        15055: "The item {itemId} is not to be had in that quantity and left the cart",
        16000: "The coupon fits none of these items",
        16001: "The order has a coupon already",
        16005: "The order is smaller than the coupon asks for",
        16007: "The coupon was used before",
        16008: "The coupon was withdrawn",
        16009: "The order does not reach what the coupon asks for",
        16010: "The coupon is meant for another currency",
        16012: "The coupon is not for this {fieldName}",
        16013: "The coupon is for categories that this order does not have",
        16014: "The coupon is for another way to pay",
        16015: "The coupon is for another shipping option",
        16016: "The coupon is for items that stay in the country",
        16017: "The coupon is for items that leave the country",
        16018: "The coupon is not for this buyer",
        16019: "The coupon is not for guests",
        16023: "Only one coupon goes with an order",
        17000: "The payment processor did not take the payment",
        20000: "The item {itemId} may need a permit to be imported",
        20001: "The item {itemId} comes by freight; ask the seller about delivery",
        20002: "The item {itemId} is not to be had from its seller now",
    }),
}

# On getGuestPurchaseOrder these numbers mean other things than on coupons.
ORDER_PROBLEMS: dict[int, Problem] = {
    **_problems("API_ORDER", APPLICATION, {16001: "Something failed inside; tell developer support"}),
    **_problems("API_ORDER", REQUEST, {
        16002: "There is no such purchase order",
        16003: "This application may not see the purchase order",
    }),
}

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def detail(problem: Problem, path: str = "", parameters: dict[str, Any] | None = None, text: str = "") -> JSON:
    """One entry of an `errors` or `warnings` list; `path` is one in the request body, `text` another wording."""
    named = parameters or {}
    message = _PLACEHOLDER.sub(lambda match: str(named.get(match[1], match[1])), text or problem.text)
    entry: JSON = {
        "errorId": problem.error,
        "domain": problem.domain,
        "category": problem.category,
        "message": message,
        "longMessage": f"{message}.",
    }
    if path:
        entry["inputRefIds"] = [f"$.{path}"]
    if named:
        entry["parameters"] = [{"name": name, "value": str(value)} for name, value in named.items()]
    return entry


def warning(error: int, **parameters: Any) -> JSON:
    """A warning of a 200 answer."""
    return detail(PROBLEMS[error], parameters=parameters)


class Refusal(Exception):
    """Raised by any step of a request; the shop makes the answer of it.

    `error`: the id; `path`: of the field in the request body; `status`, `text`: in place of the usual ones;
    `headers`: of the answer; `problems`: ORDER_PROBLEMS on a purchase order.
    """

    def __init__(
        self,
        error: int,
        path: str = "",
        *,
        status: int | None = None,
        text: str = "",
        headers: dict[str, str] | None = None,
        problems: dict[int, Problem] = PROBLEMS,
        **parameters: Any,
    ) -> None:
        super().__init__(error)
        problem = problems[error]
        self.error = error
        self.status = status or problem.status
        self.headers = headers or {}
        self.body: JSON = {"errors": [detail(problem, path, parameters, text)]}


class GrantRefusal(Refusal):
    """A refusal of the token endpoint, in the form of RFC 6749 section 5.2."""

    def __init__(self, error: str, text: str, *, status: int = 400, headers: dict[str, str] | None = None) -> None:
        Exception.__init__(self, error)
        self.error = 0
        self.status = status
        self.headers = headers or {}
        self.body = {"error": error, "error_description": text}


def missing(path: str) -> Refusal:
    return Refusal(15001, path, fieldName=path)


def invalid(path: str) -> Refusal:
    return Refusal(15002, path, fieldName=path)
