"""Scenes for faults that hide: strangers late in a session, sessions side by side, one broken field at a time, odd bodies.

A scene's name begins with the chapter that it is for; `devtools/conversation/scenes.py` has the chapters' own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from devtools.conversation.client import TERMS, TWO, V2, cart, plain, special
from devtools.conversation.talk import Cart, Talk, named
from mock_server.catalogue.addresses import GOOD, OTHER, UNVERIFIABLE
from mock_server.catalogue.goods import EXPIRED_TOKENS

WRONG: tuple[Any, ...] = (None, 7, True, "", [], {}, "USA", "two@@example.com ", ["x"])


def _rich(talk: Talk, market: str, lines: int = 4) -> Cart:
    """Several lines, more than three pieces, another option, another address, a refused change, a coupon."""
    c = talk.start(market, [(item, 5 - index) for index, item in enumerate(plain(market, lines, first=8))])
    c.do(
        ("quantity", 0, 6),
        ("ship", -1, 1),
        ("ship", 0, 1),
        ("move", OTHER[market]),
        ("quantity", 0, -1),
        ("apply", "TENTH"),
    )
    return c


def sessions_strangers(talk: Talk) -> None:
    """Other apps and ids that are nearly right, early and late, once and again, and after payment."""
    for market in ("EBAY_GB", "EBAY_US", "EBAY_DE"):
        c = _rich(talk, market)
        for _ in range(2):
            c.all_methods(app=TWO)
        near = named(talk, c.id[:8] + ("0000" if c.id[8:] != "0000" else "1111"), market)
        near.all_methods()
        c.ship(0, 0, app=TWO)
        c.read()
        c.place()
        for _ in range(2):
            c.all_methods(app=TWO)


def sessions_apart(talk: Talk) -> None:
    """Two sessions of the same items, changed in turn, from their own marketplace and from another one."""
    for market, other in (("EBAY_US", "EBAY_GB"), ("EBAY_CA", "EBAY_US")):
        one, two = _rich(talk, market, 3), _rich(talk, market, 4)
        changes: tuple[tuple[str, tuple[Any, ...]], ...] = (
            ("quantity", (1, 7)),
            ("ship", (1, 1)),
            ("ship", (0, 0)),
            ("remove", ("TENTH",)),
            ("move", (GOOD[market],)),
            ("apply", ("FIVEOFF",)),
            ("quantity", (0, 0)),
            ("move", (OTHER[market],)),
        )
        wrong: tuple[dict[str, Any], ...] = ({"market": other}, {"app": TWO}, {"token": "made-up"}, {"token": ""}, {})
        for name, values in changes:
            for c in (one, two):
                for more in wrong:
                    getattr(c, name)(*values, **more)
                    one.read()
                    two.read()
        talk.start(market, [(plain(market, 1)[0], 1)]).read()
        one.place()
        for _ in range(2):
            one.read(other)
            one.place(market=other)
            one.read()


def sessions_broken(talk: Talk) -> None:
    """Each field of each body: absent, and of every other type, in carts of one line and of three."""
    for market in ("EBAY_US", "EBAY_DE", "EBAY_HK"):
        items = plain(market, 3)
        filled = {**OTHER[market], "addressLine2": "Flat 2", "county": "Middle"}
        full = cart(market, [(item, 1) for item in items[:2]], shippingAddress=filled)
        for body in _broken(full):
            talk.keep(talk.client.call("POST", f"{V2}/initiate", body, market))
        one = talk.start(market, [(items[0], 1)])
        three = talk.start(market, [(item, 4) for item in items])
        three.apply("TENTH")
        for c in (one, three):
            line, option = c.line(0), c.option(0, 1)
            c.ship(0, 1)
            for verb, body in (
                ("update_quantity", {"lineItemId": line, "quantity": 2}),
                ("update_shipping_option", {"lineItemId": line, "shippingOptionId": option}),
                ("update_shipping_address", GOOD[market]),
                ("apply_coupon", {"redemptionCode": "FIVEOFF"}),
                ("remove_coupon", {"redemptionCode": "TENTH"}),
            ):
                for broken in _broken(body):
                    c.change(verb, broken)
                    c.read()


def _broken(body: Any) -> Iterator[Any]:
    """The body with one field absent, or of another type; a value in a list or as a number among them."""
    for name, value in body.items() if isinstance(body, dict) else enumerate(body):
        if isinstance(body, dict):
            yield {key: kept for key, kept in body.items() if key != name}
        wrong = [*WRONG, [value], *([int(value)] if isinstance(value, str) and value.isdigit() else [])]
        inner = list(_broken(value)) if isinstance(value, dict | list) else []
        for other in [*wrong, *inner]:
            changed = body.copy()
            changed[name] = other
            yield changed


def marketplace_late(talk: Talk) -> None:
    """Other marketplaces late in a session, twice, beside another session, and after payment."""
    for market in ("EBAY_US", "EBAY_AU"):
        beside, c = _rich(talk, market), _rich(talk, market)
        for _ in range(2):
            for other in ("EBAY_HK", "EBAY_GB", "EBAY_XX", None):
                c.all_methods(market=other)
                beside.read()
        c.place()
        c.ordered()
        c.read("EBAY_GB")
        c = talk.start(market, [(plain(market, 1)[0], 1)])
        for other in ("EBAY_XX", "EBAY_HK", None):
            c.apply("FIVEOFF", market=other)
            c.read()


def line_items_late(talk: Talk) -> None:
    """Booleans and lists as quantities again and again; lines of another session; warnings read again."""
    beside = _rich(talk, "EBAY_US")
    for lines in (1, 3):
        c = talk.start("EBAY_US", [(item, 4) for item in plain("EBAY_US", lines)])
        values: tuple[Any, ...] = (False, True, False, [], {}, "2", 1.5, None, 10**12)
        for value in values:
            c.quantity(0, value)
            c.read()
        c.change("update_quantity", {"lineItemId": beside.line(0), "quantity": 3})
        c.read()
        beside.read()
        c.do(("quantity", 0, 12), ("quantity", 0, 150), ("quantity", 0, 2), ("quantity", 0, 2), ("quantity", -1, 0))
    for trait, id in (
        ("refused", 15044),
        ("refused", 15013),
        ("removed", 15043),
        ("removed", 15055),
        ("warned", 20001),
    ):
        item = special("EBAY_US", trait, id)
        for order in ([item, *plain("EBAY_US", 3)], [plain("EBAY_US", 1)[0], item]):
            c = talk.start("EBAY_US", [(item, 1) for item in order])
            for _ in range(3):
                c.read()
            if trait == "warned":
                c.apply("FIVEOFF")
                c.read()
    for trait in ("lot", "stock", "limit"):
        c = talk.start("EBAY_US", [(special("EBAY_US", trait), 5 if trait == "lot" else 1)])
        c.do(*(("quantity", 0, quantity) for quantity in (3, 7, 10, 4, 2)))
        talk.start("EBAY_US", [(plain("EBAY_US", 1)[0], 1), (special("EBAY_US", trait), 11)])


def protocol_odd(talk: Talk) -> None:
    """Bodies that are cut off or nested, other media types, long and foreign ids, tokens of no use."""
    client = talk.client
    c = talk.start("EBAY_US", [(item, 1) for item in plain("EBAY_US", 4)])
    bodies = (b'{"a": ', b"hello", b"[]", b"null", b"", b'{"quantity": 1e999}', b"\xff", b'{"a": "\xff"}', b"[" * 5000)
    verbs = ("update_quantity", "update_shipping_option", "update_shipping_address", "apply_coupon", "remove_coupon")
    paths = [
        f"{V2}/initiate",
        *(f"{V2}/{c.id}/{verb}" for verb in verbs),
        f"/buy/order/v1/guest_checkout_session/{c.id}/place_order",
    ]
    headers = {"Authorization": f"Bearer {client.token()}", "X-EBAY-C-MARKETPLACE-ID": "EBAY_US"}
    for path in paths:
        for body in bodies:
            talk.keep(client.call("POST", path, body))
        for media in ("application/xml", "application/x-www-form-urlencoded"):
            talk.keep(client.raw("POST", path, {**headers, "Content-Type": media}, b"<a/>"))
    c.read()
    for text in ("9" * 2000, "'\"\\%s", "%n{0}", "\U0001f6d2"):
        talk.keep(client.read(text))
        talk.keep(client.order(text))
        talk.keep(client.change(text, "update_quantity", {"lineItemId": "1", "quantity": 1}))
        c.change("update_quantity", {"lineItemId": text, "quantity": 2})
        c.change("update_shipping_option", {"lineItemId": c.line(0), "shippingOptionId": text})
        c.change("apply_coupon", {"redemptionCode": text})
        talk.start("EBAY_US", [(text, 1)])
    talk.start("EBAY_US", [(plain("EBAY_US", 1)[0], 1)], **{"x" * 500: True})
    c.change("update_quantity", {"lineItemId": c.line(0), "quantity": 2, "somethingNew": 1})
    for market in ("EBAY_US", "EBAY_AU"):
        c = _rich(talk, market)
        c.move(UNVERIFIABLE[market])
        for token in ("made-up", "made-up", "", *EXPIRED_TOKENS):
            c.all_methods(token=token)
        c.place()
        for _ in range(3):
            c.ordered()
            c.read()


def race_elsewhere(talk: Talk) -> None:
    """More pairs at once: with a coupon, in another marketplace, of one line, of two addresses."""
    for market, count in (("EBAY_CA", 2), ("EBAY_US", 3)):
        c = talk.start(market, [(item, 1) for item in plain(market, count)])
        base = f"{V2}/{c.id}/"

        def change(verb: str, body: Any, base: str = base) -> tuple[str, str, Any]:
            return ("POST", base + verb, body)

        quantity = [change("update_quantity", {"lineItemId": c.line(0), "quantity": n}) for n in (2, 5)]
        other = change("update_quantity", {"lineItemId": c.line(1), "quantity": 3})
        options = [
            change("update_shipping_option", {"lineItemId": c.line(index), "shippingOptionId": c.option(index, 1)})
            for index in (0, 1)
        ]
        addresses = [change("update_shipping_address", address) for address in (OTHER[market], GOOD[market])]
        coupon = change("apply_coupon", {"redemptionCode": "TENTH"})
        removed = change("remove_coupon", {"redemptionCode": "TENTH"})
        pay = ("POST", f"/buy/order/v1/guest_checkout_session/{c.id}/place_order", TERMS)
        for pair in (
            (*quantity,),
            (coupon, other),
            (removed, quantity[0]),
            (*addresses,),
            (addresses[0], options[0]),
            (*options,),
            (options[0], quantity[1]),
            (pay, quantity[0]),
        ):
            for reply in talk.client.concurrent(*pair, market=market):
                talk.keep(reply)
            c.read()
        c.place()
        c.ordered()


def sessions_elsewhere(talk: Talk) -> None:
    """Refused changes, looked for in the order placed later and in the same buyer's other session."""
    for market in ("EBAY_US", "EBAY_GB"):
        c = talk.start(market, [(item, 1) for item in plain(market, 3)])
        c.ship(1, 1, app=TWO)
        c.place()
        c.ordered()
        for trait in ("limit", "stock", "lot"):
            item = (special(market, trait), 5 if trait == "lot" else 1)
            one, two = talk.start(market, [item]), talk.start(market, [item])
            two.move(OTHER[market])
            two.quantity(0, 44)
            one.read()
            two.place()
            two.ordered()


SITUATIONS: dict[str, Callable[[Talk], None]] = {
    scene.__name__: scene
    for scene in (
        sessions_strangers,
        sessions_apart,
        sessions_broken,
        sessions_elsewhere,
        marketplace_late,
        line_items_late,
        protocol_odd,
        race_elsewhere,
    )
}
