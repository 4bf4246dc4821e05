"""Random walks through sessions, the same each time, for faults that show only where several conditions meet.

A walk makes sessions of two apps and several buyers, and changes them in turn: rightly, wrongly, from elsewhere, with
values that are nearly right. After each change it reads the session, and now and then another one. Then it pays.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

from devtools.conversation.client import ONE, TERMS, TWO, V2, cart
from devtools.conversation.talk import Cart, Talk
from mock_server.catalogue.addresses import GOOD, OTHER, UNVERIFIABLE
from mock_server.catalogue.goods import EXPIRED_TOKENS, ITEMS, MARKETPLACES, OTHER_SCOPE

SESSIONS = 20  # of each walk
STEPS = 22  # changes of each session
CODES = (
    "FIVEOFF",
    "TENTH",
    "TENTH",
    "HOME20",
    "SPEND100",
    "GIANT",
    "EXPIRED",
    "EXPRESSONLY",
    "NOSUCHCODE",
    "TENTHX",
    "tenth",
    "TEN",
)
BUYERS = ("guest@example.com", "guest@example.com", "other@example.com", "declined@example.com")
Wrong = dict[str, Any]


class Walk:
    """One walk in a marketplace."""

    def __init__(self, talk: Talk, market: str, seed: int) -> None:
        self.talk, self.market, self.chance = talk, market, random.Random(f"{market} {seed}")
        self.sessions: list[tuple[Cart, str]] = []
        items = ITEMS[market].values()
        self.plain = [item.id for item in items if item.role == "plain"]
        self.special = [(item.id, item.lot or 1) for item in items if item.role in ("limit", "stock", "lot")]
        self.first = 0

    def run(self) -> None:
        for number in range(SESSIONS):
            session, app = self.start(ONE if number % 4 else TWO)
            for _ in range(self.chance.randint(4, STEPS)):
                self.step(session, app)
            if self.chance.random() < 0.6:
                self.pay(session, app)

    # -- new sessions --

    def start(self, app: str) -> tuple[Cart, str]:
        count = self.chance.choice((1, 1, 2, 2, 3, 3, 4))
        if self.chance.random() < 0.5:  # often the goods of the session before, so that sessions can be confused
            self.first = self.chance.randrange(len(self.plain) - 4)
        first = self.first
        items = [(item, self.quantity()) for item in self.plain[first : first + count]]
        if count < 4 and self.chance.random() < 0.5:
            item, lot = self.chance.choice(self.special)
            twice = self.chance.random() < 0.5
            items += [(item, self.chance.choice((1, 2)) * lot)] * (2 if twice else 1)
        if count > 1 and self.chance.random() < 0.2:
            items.append((items[0][0], self.quantity()))
        email = self.chance.choice(BUYERS)
        body = cart(
            self.market, items, contactEmail=email, shippingAddress=self.chance.choice((GOOD, OTHER))[self.market]
        )
        call = partial(self.talk.client.call, "POST", f"{V2}/initiate")
        reply = self.talk.keep(call(body, self.market, app=app))
        if reply.status >= 400:
            body["lineItemInputs"] = [{"itemId": self.plain[first], "quantity": 2}]
            reply = self.talk.keep(call(body, self.market, app=app))
        session = Cart(self.talk, self.market, reply)
        self.sessions.append((session, app))
        return session, app

    def quantity(self) -> int:
        return self.chance.choice((1, 1, 2, 3, 4, 7, 12, 101))

    # -- changes --

    def step(self, session: Cart, app: str) -> None:
        verb, data = self.change(session)
        more: Wrong = {"app": app}
        if self.chance.random() < 0.35:
            more |= self.wrong(app)
        if self.chance.random() < 0.08:
            self.near_id(session, verb, data, app)
        if self.chance.random() < 0.04:
            self.media_type(session, verb, data, app)
        session.change(verb, data, **more)
        self.look(session, app)

    def change(self, session: Cart) -> tuple[str, Any]:
        chance = self.chance
        index = chance.randrange(max(1, len(session.lines)))
        line = session.line(index)
        if chance.random() < 0.05:
            line = chance.choice((line + "0", line[:-1], "0" + line, "none"))
        match chance.choice(
            ("quantity", "quantity", "quantity", "option", "option", "move", "apply", "apply", "remove")
        ):
            case "quantity":
                quantities = (0, 1, 1, 2, 3, 3, 4, 7, 12, 101, 150, -1, 2.5, "2", 10**6)
                return "update_quantity", {"lineItemId": line, "quantity": chance.choice(quantities)}
            case "option":
                option = session.option(index, chance.choice((0, 0, 1, 1, 2)))
                option = chance.choice((option + "0", "none")) if chance.random() < 0.1 else option
                return "update_shipping_option", {"lineItemId": line, "shippingOptionId": option}
            case "move":
                return "update_shipping_address", self.address()
            case "apply":
                return "apply_coupon", {"redemptionCode": chance.choice(CODES)}
        return "remove_coupon", {"redemptionCode": chance.choice(CODES)}

    def address(self) -> dict[str, Any]:
        good, other = GOOD[self.market], OTHER[self.market]
        return self.chance.choice((
            good, good, other, other, UNVERIFIABLE[self.market], {**good, "country": "FR"}, {**good, "country": "KP"},
            {**other, "addressLine1": "y" * 60}, {**other, "city": ""}, {**good, "city": "x\x07y"},
        ))  # fmt: skip

    def wrong(self, app: str) -> Wrong:
        """One thing that is wrong about a request: its marketplace, its app, its token."""
        token = self.talk.client.token(app)
        return self.chance.choice((
            *({"market": other} for other in MARKETPLACES if other != self.market),
            *({"market": name} for name in (self.market + "X", self.market[:-1], self.market.lower(), f"{self.market},X")),
            {"market": None}, {"market": "EBAY_XX"},
            {"app": TWO if app == ONE else ONE}, {"app": TWO if app == ONE else ONE},
            {"token": ""}, {"token": "made-up"}, {"token": next(iter(EXPIRED_TOKENS))},
            {"token": token + "x"}, {"token": token[:-1]}, {"token": token.upper()},
            {"token": self.talk.client.token(app, OTHER_SCOPE)},
        ))  # fmt: skip

    def near_id(self, session: Cart, verb: str, data: Any, app: str) -> None:
        for near in self.near(session.id):
            self.talk.keep(self.talk.client.change(near, verb, data, self.market, app=app))
        for near in self.near(session.id):
            self.talk.keep(self.talk.client.read(near, self.market, app=app))

    def near(self, id: str) -> tuple[str, ...]:
        return id + "7", id[:-1], "0" + id, id + " "

    def media_type(self, session: Cart, verb: str, data: Any, app: str) -> None:
        client = self.talk.client
        for media in ("application/json-seq", "text/plain"):
            headers, body = client.prepare(self.market, app, None, data)
            path = f"{V2}/{session.id}/{verb}"
            self.talk.keep(client.raw("POST", path, {**headers, "Content-Type": media}, body))

    # -- observers --

    def look(self, session: Cart, app: str) -> None:
        for _ in range(self.chance.choice((1, 1, 2, 3))):
            session.read(app=app)
        if self.chance.random() < 0.1:
            session.read(**{"app": app, **self.wrong(app)})
        if self.chance.random() < 0.4:
            other, owner = self.chance.choice(self.sessions)
            other.read(app=owner)
            if other.order:
                other.ordered(app=owner)
        if self.chance.random() < 0.05:
            session.read(self.chance.choice(list(MARKETPLACES)), app=app)

    def pay(self, session: Cart, app: str) -> None:
        full = TERMS["marketingTerms"][0]
        client = self.talk.client
        if self.chance.random() < 0.5:
            session.place({"marketingTerms": [{**full, "marketingTypes": ["OFFERS", "PROMOTION", "SURVEY"]}]}, app=app)
        if self.chance.random() < 0.5:
            session.place(**{"app": app, **self.wrong(app)})
        if self.chance.random() < 0.3:
            for near in self.near(session.id):
                self.talk.keep(client.place(near, self.market, app=app))
        session.place(app=app)
        if not session.order or session.order == "none":
            for _ in range(4):
                self.step(session, app)
            return
        order = session.order
        for market in (None, None, self.market, *self.chance.sample(list(MARKETPLACES), 2)):
            session.ordered(market, app=app)
        session.ordered(self.market, app=TWO if app == ONE else ONE)
        session.ordered(app=app, token=client.token(app) + "x")
        for near in (*self.near(order), session.id):
            self.talk.keep(client.order(near, app=app))
        self.talk.keep(client.read(order, self.market, app=app))
        for _ in range(3):
            self.step(session, app)
            session.ordered(app=app)
            session.place(app=app)


def _walk(market: str, seed: int) -> Callable[[Talk], None]:
    return lambda talk: Walk(talk, market, seed).run()


WALKS: dict[str, Callable[[Talk], None]] = {
    f"walk_{market.lower()}_{seed}": _walk(market, seed) for seed in range(3) for market in MARKETPLACES
}
