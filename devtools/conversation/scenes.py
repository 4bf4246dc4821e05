"""A long conversation with a shop, in scenes, one for each chapter, to see whether two shops differ.

A fault or variant that no scene shows needs a situation more: write it into the scene of its chapter.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from devtools.conversation.client import TWO, V2, Client, cart, plain
from devtools.conversation.hidden_faults import SITUATIONS
from devtools.conversation.later_scenes import payment, protocol, race
from devtools.conversation.talk import Talk, named
from devtools.conversation.walks import WALKS
from mock_server.catalogue.addresses import GOOD, OTHER, UNVERIFIABLE
from mock_server.catalogue.goods import COUPONS, ITEMS, MARKETPLACES
from mock_server.server import App
from strategies.exact_carts import exact_cart

CHANGES = ("update_quantity", "update_shipping_option", "update_shipping_address", "apply_coupon", "remove_coupon")


def sessions(talk: Talk) -> None:
    """Other apps and unknown ids; the life of a session with one to four lines, beside another one."""
    talk.start("EBAY_US", [(item, 1) for item in plain("EBAY_US", 2)]).all_methods(app=TWO)
    named(talk, "123456789012").all_methods()
    counts = {"EBAY_US": 4, "EBAY_DE": 3, "EBAY_AU": 1, "EBAY_HK": 2, "EBAY_GB": 4, "EBAY_CA": 4}
    for market, count in counts.items():
        session = talk.start(
            market, [(item, 1 + index % 2) for index, item in enumerate(plain(market, count, first=10 - count))]
        )
        two = talk.start(market, [(item, 2) for item in plain(market, 2, first=12)])
        session.do(
            ("quantity", 0, 2),
            ("quantity", 0, 5),
            ("quantity", -1, 3),
            ("ship", 0, 1),
            ("ship", -1, 1),
            ("ship", 0, 0),
            ("move", OTHER[market]),
            ("move", UNVERIFIABLE[market]),
            ("apply", "TENTH"),
            ("apply", "FIVEOFF"),
            ("apply", "TENTH"),
            ("read",),
            ("quantity", 0, 3),
            ("ship", 0, 1),
            ("remove", "NOTONCART"),
            ("move", GOOD[market]),
            ("remove", "TENTH"),
            ("remove", "TENTH"),
            ("apply", "HOME20"),
            ("quantity", 1, 0),
            ("quantity", -1, 0),
        )
        two.read()
        session.place()
        session.ordered()
        two.read()


def line_items(talk: Talk) -> None:
    """Removals of the first, middle, last and only line, maxima, and the goods with peculiarities."""
    for market in MARKETPLACES:
        for index in (0, 1, 3):
            c = talk.start(market, [(item, 1) for item in plain(market, 4)])
            c.do(*(("quantity", position, 0) for position in (index, 2, 0, 3, 1)))
            c.do(
                ("quantity", 0, 1),
                ("ship", 0, 1),
                ("move", OTHER[market]),
                ("apply", "FIVEOFF"),
                ("remove", "FIVEOFF"),
                ("place",),
            )
        for item in ITEMS[market].values():
            if item.role != "plain":
                for quantity in (1, 2, 3, 4, 5, 6, 10):
                    talk.start(market, [(item.id, quantity)])
                talk.start(market, [(item.id, 1)], shippingAddress=UNVERIFIABLE[market])
                c = talk.start(market, [(plain(market, 1)[0], 1), (item.id, 5 if item.lot else 1)])
                for quantity in (2, 3, 4, 5, 6, 7, 10, 11):
                    c.quantity(1, quantity)
                c.read()
                c.place()
                c.ordered()
    items = plain("EBAY_US", 12)
    for count in (3, 4, 5, 11):
        talk.start("EBAY_US", [(item, 20) for item in items[:count]]).read()
    talk.start("EBAY_US", [(items[0], 1), (items[0], 2), (items[1], 1)])
    c = talk.start("EBAY_US", [(items[0], 1), (items[1], 1)])
    numbers: list[Any] = [-1, 0, 1.5, "2", True, None, 2**31, 2**32 + 1, 10**30, [], {}]
    for wrong in numbers:
        talk.start("EBAY_US", [(items[0], wrong)])
        c.quantity(0, wrong)
        c.read()
    c.change("update_quantity", {"lineItemId": "none", "quantity": 1})
    c.change("update_quantity", {"lineItemId": c.line(1)})


def address_shipping(talk: Talk) -> None:
    """Each field of the address: absent, of another type, empty, at its length, with odd characters, abroad."""
    for market, entry in MARKETPLACES.items():
        items = [(plain(market, 3, first=1)[index], 1) for index in range(3)]
        c = talk.start(market, items)
        talk.start(market, items, shippingAddress=UNVERIFIABLE[market])
        good = GOOD[market]
        names = [
            "recipient",
            "phoneNumber",
            "addressLine1",
            "addressLine2",
            "city",
            "county",
            "stateOrProvince",
            "postalCode",
            "country",
        ]
        bad: list[dict[str, Any]] = [{k: v for k, v in good.items() if k != name} for name in names]
        wrong = (7, "", None, "x\x07y", "x\ny", "x\x7fy", "<b>", "\ud800", "y" * 300)
        bad += [{**good, name: value} for name in names for value in wrong]
        for part in ("firstName", "lastName"):
            kept = {k: v for k, v in good["recipient"].items() if k != part}
            bad += [{**good, "recipient": {**kept, **extra}} for extra in ({}, {part: 7}, {part: ""}, {part: "\x00"})]
        bad += [
            {**good, name: "é" * n}
            for name in ("addressLine1", "addressLine2")
            for n in range(entry.line_length - 1, entry.line_length + 3)
        ]
        bad += [{**good, "country": country} for country in ("FR", "CA", "US", "KP", "IR", "usa", "us")]
        bad += [{**good, "stateOrProvince": state} for state in ("Oregon", "o")]
        bad += [{**good, "city": city} for city in ("a < b", "\U0001f6d2", "香港")]
        for address in bad:
            talk.start(market, items[:1], shippingAddress=address)
            c.do(("move", address))
        c.do(*(("ship", 1, n) for n in (1, 2, 0, 9)))
        c.change("update_shipping_option", {"lineItemId": "none", "shippingOptionId": c.option(0, 1)})
        c.change("update_shipping_option", {"lineItemId": c.line(0), "shippingOptionId": c.option(1, 0)})
        c.read()
        _rich_address(talk, market)


def _rich_address(talk: Talk, market: str) -> None:
    """Addresses and options in a session of four lines, a quantity above three, other options and a coupon."""
    good, other = GOOD[market], OTHER[market]
    people = ({"lastName": "O'Neill Núñez"}, {"lastName": "MacLeod"})
    odd = [{**good, "recipient": {**good["recipient"], **person}} for person in people]
    odd += [{**good, "addressLine1": "12 St. John's Road"}, {**other, "addressLine1": "y" * 60}]
    odd += [{**other, "country": country} for country in ("FR", "SY", "SY")]
    odd += [{k: v for k, v in other.items() if k != name} for name in ("city", "city", "phoneNumber")]
    odd += [{**other, "recipient": {"firstName": "A"}}, {**other, "county": "x\x07y"}, {**other, "city": "x\x07y"}]
    for code in ("", "TENTH"):
        c = talk.start(market, [(item, 1 + 4 * (index == 0)) for index, item in enumerate(plain(market, 4, first=8))])
        if code:
            c.apply(code)
        c.do(
            ("ship", 3, 1),
            ("ship", 3, 2),
            ("ship", 0, 1),
            ("ship", 0, 9),
            ("ship", 0, 9),
            ("ship", 0, 0),
            ("quantity", 1, 2),
            ("quantity", 1, 3),
            ("ship", 1, 1),
            ("move", UNVERIFIABLE[market]),
            ("move", other),
            ("move", UNVERIFIABLE[market]),
            ("move", good),
            *(("move", address) for address in odd),
        )
        for _ in range(2):
            c.change("update_shipping_option", {"lineItemId": "none", "shippingOptionId": c.option(0, 1)})
            c.read()


def coupons(talk: Talk) -> None:
    """Every coupon on carts of one to four lines; a second one; conditions that end."""
    for market in MARKETPLACES:
        for code in [*COUPONS, "NOSUCHCODE", "", 7, None]:
            c = talk.start(market, [(item, 2) for item in plain(market, 1 + len(str(code)) % 4, first=8)])
            c.change("apply_coupon", {"redemptionCode": code})
            c.read()
            c.apply("FIVEOFF")
            c.apply("TENTH")
            c.read()
            c.change("remove_coupon", {"redemptionCode": code})
            c.remove("FIVEOFF")
            c.remove("FIVEOFF")
            c.read()
        c = talk.start(market, [(item, 3) for item in plain(market, 3)])
        c.do(
            ("apply", "SPEND100"),
            ("quantity", 0, 0),
            ("quantity", 1, 1),
            ("quantity", 2, 1),
            ("ship", 1, 1),
            ("quantity", 1, 20),
            ("remove", "SPEND100"),
            ("apply", "HOME20"),
            ("apply", "GIANT"),
        )
        c.place()
        c.ordered()
        other = talk.start(market, [(item, 5) for item in plain(market, 2)])
        c = talk.start(market, [(item, 5) for item in plain(market, 2)])
        c.do(("apply", "EXPIRED"), ("apply", "EXPIRED"), ("apply", "TENTH"), ("quantity", 0, 1))
        c.quantity(0, 2)
        c.apply("FIVEOFF")
        c.do(("quantity", 0, 1), ("apply", "FIVEOFF"), ("remove", "TENTH"), ("apply", "TENTH"), ("remove", "TENTH"))
        other.read()
        for verb in ("apply_coupon", "remove_coupon", "apply_coupon"):
            c.change(verb, {})
            c.read()
            c.apply("TENTH")
        for count in range(1, 8):
            for item in plain(market, 20):
                talk.start(market, [(item, count)]).apply("SPEND100")
        near = talk.start(market, [(plain(market, 6)[5], 1), (plain(market, 2)[1], 1)])
        for count in range(1, 12):  # a minimum that promotions hold off
            near.quantity(1, count)
            near.apply("SPEND100")
        near.do(("quantity", 0, 0), ("quantity", 1, 0), ("remove", "SPEND100"))
    goods = [item for item in ITEMS["EBAY_US"].values() if item.role == "plain" and not item.promotions]
    prices = {item.id: Decimal(item.price) for item in goods}
    talk.start("EBAY_US", exact_cart(prices, Decimal(COUPONS["SPEND100"].minimum))).apply("SPEND100")


def money(talk: Talk) -> None:
    """Each plain item alone, in several quantities, and all of them together with each kind of coupon."""
    for market in MARKETPLACES:
        for item in plain(market, 30):
            c = talk.start(market, [(item, 1)])
            for quantity in (2, 3, 4, 7, 100, 1):
                c.quantity(0, quantity)
            for n in (1, 2, 0):
                c.ship(0, n)
                c.read()
        for code in ("TENTH", "HOME20", "GIANT"):
            for first in (0, 4, 8, 12, 14):
                c = talk.start(market, [(item, 1 + index) for index, item in enumerate(plain(market, 4, first))])
                c.apply(code)
                c.quantity(2, 1)
                c.read()
                c.place()
                c.ordered()
        talk.start(market, [(item, 1) for item in plain(market, 4, first=8)])
        c = talk.start(market, [(item, 1) for item in reversed(plain(market, 4, first=4))])
        by_phone = {**GOOD[market], "phoneNumber": OTHER[market]["phoneNumber"]}
        c.do(
            ("quantity", 1, 0), ("move", OTHER[market]), ("move", GOOD[market]), ("move", by_phone), ("quantity", 1, 2)
        )


def marketplace(talk: Talk) -> None:
    """Each method from each other marketplace, from one that is not supported, and from none."""
    for market in MARKETPLACES:
        c = talk.start(market, [(item, 1) for item in plain(market, 2)])
        c.apply("TENTH")
        for other in [*MARKETPLACES, "EBAY_XX", "ebay_us", "", None]:
            if other != market:
                c.all_methods(market=other)
        c.all_methods(market="EBAY_US" if market != "EBAY_US" else "EBAY_GB", app=TWO)
        c.place()
        c.ordered(market)
        c.ordered("EBAY_XX")
    for name in ("EBAY_XX", "ebay_us", "", None):
        talk.keep(talk.client.call("POST", f"{V2}/initiate", cart("EBAY_US", [(plain("EBAY_US", 1)[0], 1)]), name))


SCENES: dict[str, Callable[[Talk], None]] = (
    {
        scene.__name__: scene
        for scene in (sessions, marketplace, line_items, address_shipping, coupons, money, payment, protocol, race)
    }
    | SITUATIONS
    | WALKS
)


def scene(name: str, prefix: str = "", expected: list[str] | None = None) -> list[str]:
    """What a fresh shop says in a scene; raises Differs where that is not what is expected."""
    client = Client(App(), prefix)
    try:
        talk = Talk(client, expected)
        SCENES[name](talk)
        return talk.said
    finally:
        client.close()
