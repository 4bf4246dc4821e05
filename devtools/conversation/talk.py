"""Talking to a shop and keeping what it says, so that two shops can be compared.

What a shop makes up (ids, tokens, times) is replaced by its form and the order of its first appearance, so that two
healthy shops say the same.
"""

from __future__ import annotations

import json
import re
from typing import Any

from devtools.conversation.client import TERMS, Client, Reply
from mock_server.catalogue.addresses import OTHER

MADE_UP = {
    "checkoutSessionId",
    "lineItemId",
    "purchaseOrderId",
    "purchaseOrderHref",
    "orderId",
    "legacyOrderId",
    "legacyTransactionId",
    "access_token",
}


# On the text itself: parsing each answer would take longer than making it.
_IDS = re.compile(rf'("(?:{"|".join(sorted(MADE_UP))})":")([^"]*)')
_DATES = re.compile(r'(Date":")([^"]*)"(?:(,"\w+Date":")([^"]*)")?')


def _form_of_dates(match: re.Match[str]) -> str:
    """Digits as nines, and of two dates whether they are in order."""
    before, first, between, last = match.groups()
    found = before + re.sub(r"[0-9]", "9", first)
    return f"{found}{between}{re.sub(r'[0-9]', '9', last)} {first <= last}" if last else found


class Differs(Exception):
    """The shop said something else than the one that it is compared with."""


class Talk:
    """Keeps what was said. With what another shop `expected`ly says, it raises Differs at the first difference."""

    def __init__(self, client: Client, expected: list[str] | None = None) -> None:
        self.client = client
        self.expected = expected
        self.said: list[str] = []
        self.names: dict[str, str] = {}

    def keep(self, reply: Reply) -> Reply:
        body = reply.raw.decode("utf-8", "replace").replace(f"{self.client.prefix}/buy/", "/buy/")
        body = _DATES.sub(_form_of_dates, _IDS.sub(self._named, body))
        headers = {name: value for name, value in reply.headers.items() if name != "content-length"}
        if headers.get("x-ebay-security-signature"):
            headers["x-ebay-security-signature"] = self._name(headers["x-ebay-security-signature"])
        self.said.append(f"{reply.status} {sorted(headers.items())} {body}")
        if self.expected is not None and self.said[-1] != self.expected[len(self.said) - 1]:
            raise Differs(f"{self.expected[len(self.said) - 1]}\n{self.said[-1]}")
        return reply

    def _name(self, value: str) -> str:
        form = f"{len(value)} digits" if value.isdigit() else f"text of {len(value)}" if value else "nothing"
        return self.names.setdefault(value, f"made up {len(self.names)}: {form}")

    def _named(self, match: re.Match[str]) -> str:
        return f"{match[1]}{self._name(match[2])}"

    # -- what scenes say --

    def start(self, market: str, items: list[tuple[str, Any]], **more: Any) -> Cart:
        reply = self.keep(self.client.initiate(market, items, **more))
        return Cart(self, market, reply)


class Cart:
    """A session that a scene works with; what an answer lacks is replaced, so that a scene goes on."""

    def __init__(self, talk: Talk, market: str, reply: Reply) -> None:
        self.talk, self.market = talk, market
        body = _json(reply)
        self.id: str = body.get("checkoutSessionId") or "none"
        self.lines: list[dict[str, Any]] = body.get("lineItems") or []
        self.order = ""
        self.ordered_at: dict[str, str] = {}

    def line(self, index: int) -> str:
        return self.lines[index].get("lineItemId", "none") if -len(self.lines) <= index < len(self.lines) else "none"

    def option(self, index: int, n: int) -> str:
        options = self.lines[index].get("shippingOptions", []) if index < len(self.lines) else []
        return options[n].get("shippingOptionId", "none") if n < len(options) else "none"

    def change(self, verb: str, data: Any, market: str | None = "", **more: Any) -> Reply:
        market = self.market if market == "" else market
        return self.talk.keep(self.talk.client.change(self.id, verb, data, market, **more))

    def quantity(self, index: int, quantity: Any, **more: Any) -> Reply:
        return self.change("update_quantity", {"lineItemId": self.line(index), "quantity": quantity}, **more)

    def ship(self, index: int, n: int, **more: Any) -> Reply:
        data = {"lineItemId": self.line(index), "shippingOptionId": self.option(index, n)}
        return self.change("update_shipping_option", data, **more)

    def move(self, address: Any, **more: Any) -> Reply:
        return self.change("update_shipping_address", address, **more)

    def apply(self, code: str, **more: Any) -> Reply:
        return self.change("apply_coupon", {"redemptionCode": code}, **more)

    def remove(self, code: str, **more: Any) -> Reply:
        return self.change("remove_coupon", {"redemptionCode": code}, **more)

    def read(self, market: str | None = "", **more: Any) -> Reply:
        return self.talk.keep(self.talk.client.read(self.id, self.market if market == "" else market, **more))

    def place(self, data: Any = TERMS, market: str | None = "", **more: Any) -> Reply:
        reply = self.talk.keep(self.talk.client.place(self.id, self.market if market == "" else market, data, **more))
        self.order = _json(reply).get("purchaseOrderId") or self.order or "none"
        return reply

    def ordered(self, market: str | None = None, **more: Any) -> Reply:
        reply = self.talk.keep(self.talk.client.order(self.order, market, **more))
        date = _json(reply).get("purchaseOrderCreationDate", "")
        if date != self.ordered_at.setdefault(self.order, date) and date:
            raise Differs(f"{self.ordered_at[self.order]}\n{date}")
        return reply

    def do(self, *steps: tuple[Any, ...]) -> None:
        """Steps by name, as in `("quantity", 0, 2)`, each followed by a read."""
        for name, *values in steps:
            getattr(self, name)(*values)
            self.read()

    def all_methods(self, **more: Any) -> None:
        """The seven methods that take a session id, each of which would be right but for `more`, and a plain read."""
        self.quantity(0, 2, **more)
        self.ship(0, 1, **more)
        self.move(OTHER[self.market], **more)
        self.apply("FIVEOFF", **more)
        self.remove("TENTH", **more)
        self.place(**more)
        self.read(**more)
        self.read()


def named(talk: Talk, id: str, market: str = "EBAY_US") -> Cart:
    """A session that was not started here, by its id."""
    return Cart(talk, market, Reply(200, {}, json.dumps({"checkoutSessionId": id}).encode()))


def _json(reply: Reply) -> dict[str, Any]:
    try:
        body = json.loads(reply.raw)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
