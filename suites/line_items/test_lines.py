"""How many lines a session holds, and that each item is one of its own."""

from __future__ import annotations

from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import in_marketplaces, provokes


@provokes("LINES-MAX", cost=6)
@in_marketplaces(having="items.max")
def test_the_maximum_passes_and_one_more_is_refused(shop: CheckoutDriver, market: str) -> None:
    items = list(shop.market(market).plain)
    counts = (10, 5, 11) if shop.profile.max_line_items is None else (shop.maximum(), shop.maximum() + 1)
    if shop.brief and shop.profile.max_line_items:  # the items that the run has not seen yet
        for count in counts:
            if count <= len(items):
                shop.initiate(market, [(item, 1) for item in items[-count:]], "LINES-MAX", f"{count} lines")
        return
    for count in counts:
        if count <= len(items):
            shop.initiate(market, [(item, 1) for item in items[:count]], "LINES-MAX", f"{count} lines")
    most = shop.maximum()
    shop.initiate(market, [(item, 12) for item in items[:most]], "LINES-MAX", f"{most} lines of 12")
    for extra in shop.some(range(2, 4), few=1):
        if len(items) >= most + extra and shop.profile.max_line_items:
            shop.initiate(
                market, [(item, extra) for item in items[: most + extra]], "LINES-MAX", f"{most + extra} lines"
            )


@provokes("LINES-MAX", "LINES-OWN", cost=10)
@in_marketplaces(2, having="items.2")
def test_every_number_of_lines_up_to_the_maximum_passes(shop: CheckoutDriver, market: str) -> None:
    items = list(shop.market(market).plain)
    for count in shop.some(range(1, min(shop.maximum(), len(items)) + 1)):
        chosen = items[-count:]
        shop.initiate(
            market, [(item, 1 + index % 4) for index, item in enumerate(chosen)], "LINES-OWN", f"{count} items"
        )


@provokes("LINES-OWN", cost=3)
@in_marketplaces(2)
def test_the_same_item_twice(shop: CheckoutDriver, market: str) -> None:
    item = shop.plain(market)[0]
    exchange = shop.initiate(market, [(item, 1), (item, 2)], "LINES-OWN", "the same item twice")
    session = shop.trace.world.sessions.get(str(exchange.body.get("checkoutSessionId"))) if exchange.accepted else None
    if session:
        from conformance.driver.checkout import CheckoutSession

        CheckoutSession(shop, session).read()
