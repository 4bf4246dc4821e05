"""The later scenes of the conversation: payment, protocol, two requests at once."""

from __future__ import annotations

from typing import Any

from devtools.conversation.client import ONE, TERMS, TWO, V2, cart, plain, special
from devtools.conversation.talk import Talk, named
from mock_server.catalogue.addresses import GOOD, OTHER
from mock_server.catalogue.goods import BUYERS, EXPIRED_TOKENS, ITEMS, MARKETPLACES, OTHER_SCOPE

CHANGES = ("update_quantity", "update_shipping_option", "update_shipping_address", "apply_coupon", "remove_coupon")


def payment(talk: Talk) -> None:
    """After payment: every change, twice, and with quantity 0; placing again; orders of others; failed payments."""
    for market in MARKETPLACES:
        c = talk.start(market, [(item, 2) for item in plain(market, 4)])
        c.ship(1, 1)
        c.apply("TENTH")
        c.read()
        full = TERMS["marketingTerms"][0]
        wrong: list[Any] = [None, {}, {"marketingTerms": []}, {"marketingTerms": "x"}, [], 7]
        wrong += [{"marketingTerms": [{k: v for k, v in full.items() if k != name}]} for name in full]
        for agreed in (True, False):
            for types in (["OFFER", "SURVEY"], ["OFFER", "PROMOTION"], ["SURVEY", "PROMOTION"], "OFFER"):
                wrong.append({"marketingTerms": [{**full, "marketingTypes": types, "marketingTermsAccepted": agreed}]})
            wrong.append({"marketingTerms": [{**full, "marketingChannels": [], "marketingTermsAccepted": agreed}]})
        for terms in wrong:
            c.place(terms)
            c.read()
        c.place({"marketingTerms": [{**full, "marketingTermsAccepted": True}]})
        for _ in range(2):
            c.do(
                ("quantity", 0, 3),
                ("ordered",),
                ("quantity", 1, 0),
                ("ordered",),
                ("ship", 0, 1),
                ("ordered",),
                ("move", OTHER[market]),
                ("ordered",),
                ("remove", "TENTH"),
                ("ordered",),
                ("apply", "FIVEOFF"),
                ("ordered",),
                ("place",),
                ("ordered",),
            )
        c.ordered(app=TWO)
        c.ordered(app=TWO, market=market)
        c.ordered(market="EBAY_DE" if market == "EBAY_US" else "EBAY_US")
        c.all_methods(app=TWO)
        talk.keep(talk.client.order("1234567890123"))
        talk.keep(talk.client.order("testError|16001"))
        talk.start(market, [(plain(market, 1)[0], 1)]).place()
        _rich_order(talk, market)
    for market, email in [("EBAY_GB", email) for email in BUYERS] + [(name, "declined@example.com") for name in GOOD]:
        c = talk.start(market, [(plain(market, 2)[index], 1) for index in (0, 1)], contactEmail=email)
        c.place()
        c.apply("TENTH")
        c.all_methods()
        c.quantity(0, 0)
        c.place()
    for trait, id in (("at_payment", 15012), ("at_payment", 15020), ("at_payment", 15045)):
        talk.start("EBAY_DE", [(plain("EBAY_DE", 1)[0], 1), (special("EBAY_DE", trait, id), 1)]).place()
        c = talk.start("EBAY_DE", [(special("EBAY_DE", trait, id), 1), (plain("EBAY_DE", 1)[0], 1)])
        c.place()
        c.read()
        c.quantity(0, 0)
        c.place()
        c.ordered()


def _rich_order(talk: Talk, market: str) -> None:
    """An order of four lines, with a quantity above three and much to show; one in part; one of nothing; odd terms."""
    c = talk.start(market, [(item, 1 + 4 * (index == 0)) for index, item in enumerate(plain(market, 4, first=8))])
    full = TERMS["marketingTerms"][0]
    for more in ({"marketingTermsAccepted": "yes"}, {"marketingChannels": "EMAIL"}, {"marketingTypes": {"OFFER": 1}}):
        c.place({"marketingTerms": [{**full, **more}]})
        c.read()
    c.place()
    waiting = talk.start(market, [(item, 1 + 4 * (index == 0)) for index, item in enumerate(plain(market, 4, first=8))])
    c.do(("ordered",), ("ordered",), ("quantity", 0, 7), ("ordered",))
    waiting.read()
    unpaid = next(item.id for item in ITEMS[market].values() if item.unpaid)
    c = talk.start(market, [(plain(market, 1)[0], 1), (unpaid, 1)])
    c.place()
    c.ordered()
    c = talk.start(market, [(plain(market, 1)[0], 1)])
    c.quantity(0, 0)
    c.place()


def protocol(talk: Talk) -> None:
    """Tokens, other apps, unknown ids, fields of another type, odd bodies, media types, paths, stubs."""
    client = talk.client
    for reply in (
        client.grant(),
        client.grant(),
        client.grant(TWO),
        client.grant(secret="wrong"),
        client.grant("nobody"),
        client.grant(scope="x"),
        client.grant(scope=OTHER_SCOPE),
        client.grant(grant_type=""),
        client.grant(grant_type="password"),
    ):
        talk.keep(reply)
    c = talk.start("EBAY_US", [(item, 1) for item in plain("EBAY_US", 2)])
    c.apply("TENTH")
    paid = talk.start("EBAY_US", [(plain("EBAY_US", 1)[0], 1)])
    paid.place()
    paid.quantity(0, 2)
    for token in ("", "made-up", f"{client.token()}-longer", *EXPIRED_TOKENS, client.token(ONE, OTHER_SCOPE)):
        talk.keep(client.call("POST", f"{V2}/initiate", cart("EBAY_US", [(plain("EBAY_US", 1)[0], 1)]), token=token))
        c.all_methods(token=token)
        paid.ordered(token=token)
    full = cart("EBAY_US", [(plain("EBAY_US", 1)[0], 1)])
    for name in full:
        values: list[Any] = [None, 7, "", [], {}, [7], "x\x00y"]
        for value in values:
            talk.keep(client.call("POST", f"{V2}/initiate", {**full, name: value}))
        talk.keep(client.call("POST", f"{V2}/initiate", {k: v for k, v in full.items() if k != name}))
    items: list[Any] = [None, 7, "", "v1|1", "v1|99999|0", {}]
    for item in items:
        talk.start("EBAY_US", [(item, 1)])
    talk.keep(client.call("POST", f"{V2}/initiate", {**full, "lineItemInputs": [{"itemId": plain("EBAY_US", 1)[0]}]}))
    talk.keep(client.call("POST", f"{V2}/initiate", {**full, "unknown": {"x": [1]}}))
    odd = (b"{", b"[]", b"null", b"7", b"", b"[" * 5000, b'{"a":' * 5000, b'{"quantity": NaN}', b"\xff", b'{"x": "y"}')
    for verb in CHANGES:
        for data in odd:
            c.change(verb, data)
        path = f"{V2}/{c.id}/{verb}"
        headers = {"Authorization": f"Bearer {client.token()}", "X-EBAY-C-MARKETPLACE-ID": "EBAY_US"}
        talk.keep(client.raw("POST", path, {**headers, "Content-Type": "text/plain"}, b"{}"))
        talk.keep(client.raw("POST", path, headers, b"{}"))
        talk.keep(client.raw("POST", path, {**headers, "Authorization": f"Basic {client.token()}"}, b"{}"))
        talk.keep(client.raw("PUT", path, {**headers, "Content-Type": "application/json"}, b"{}"))
    c.read()
    for path in ("/buy/order/v2/nothing", f"{V2}/{'9' * 2000}"):
        talk.keep(client.call("GET", path))
    for name in ("MustBuyLess", "CreditCardDeclined", "SessionWithoutLineItems", "15000"):
        named(talk, f"testError|{name}").all_methods()


def race(talk: Talk) -> None:
    """Pairs of requests at once: quantity, option, coupon, payment, against each other; new sessions."""
    path = f"{V2}/{{}}/"
    for _ in range(2):
        c = talk.start("EBAY_US", [(item, 1) for item in plain("EBAY_US", 3)])
        base = path.format(c.id)
        quantity = [
            ("POST", base + "update_quantity", {"lineItemId": c.line(index), "quantity": 2 + index}) for index in (0, 1)
        ]
        third = {"lineItemId": c.line(2), "shippingOptionId": c.option(2, 1)}
        option = ("POST", base + "update_shipping_option", third)
        address = ("POST", base + "update_shipping_address", OTHER["EBAY_US"])
        coupon = [("POST", base + "apply_coupon", {"redemptionCode": code}) for code in ("FIVEOFF", "TENTH")]
        pay = ("POST", f"/buy/order/v1/guest_checkout_session/{c.id}/place_order", TERMS)
        new = ("POST", f"{V2}/initiate", cart("EBAY_US", [(plain("EBAY_US", 1)[0], 1)]))
        drop = [("POST", base + "update_quantity", {"lineItemId": c.line(index), "quantity": 0}) for index in (0, 2)]
        for pair in (
            quantity,
            (option, quantity[0]),
            (address, option),
            coupon,
            (new, new),
            drop,
            (pay, quantity[1]),
            (pay, pay),
        ):
            for reply in talk.client.concurrent(*pair):
                talk.keep(reply)
            c.read()
        c.place()
        c.ordered()
