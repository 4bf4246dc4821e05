"""How many lines a session holds, and that each item has a line of its own."""

from __future__ import annotations

from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.driver.marks import in_marketplaces, provokes


@provokes("LINES-MAX", cost=6)
@in_marketplaces(having="items.max")
def test_the_maximum_passes_and_one_more_is_refused(driver: CheckoutDriver, market: str) -> None:
    """Made of the last items, which a short run has not seen yet."""
    items = list(driver.market(market).plain)
    counts = (10, 5, 11) if driver.profile.max_line_items is None else (driver.maximum(), driver.maximum() + 1)
    for count in counts:
        if count <= len(items):
            driver.initiate(market, [(item, 1) for item in items[-count:]], "LINES-MAX", f"{count} lines")


@provokes("LINES-MAX", cost=3)
@in_marketplaces(having="items.max")
def test_the_maximum_is_one_of_lines_and_not_of_pieces(driver: CheckoutDriver, market: str) -> None:
    """As many lines as allowed pass with a dozen pieces each; more lines are refused, however many they are."""
    items, most = list(driver.market(market).plain), driver.maximum()
    driver.initiate(market, [(item, 12) for item in items[:most]], "LINES-MAX", f"{most} lines of 12")
    if driver.profile.max_line_items:
        for extra in driver.some(range(2, min(4, 1 + len(items) - most)), few=1):
            lines = [(item, extra) for item in items[: most + extra]]
            driver.initiate(market, lines, "LINES-MAX", f"{most + extra} lines")


@provokes("LINES-MAX", "LINES-OWN", cost=10)
@in_marketplaces(2, having="items.2")
def test_every_number_of_lines_up_to_the_maximum_passes(driver: CheckoutDriver, market: str) -> None:
    items = list(driver.market(market).plain)
    for count in driver.some(range(1, min(driver.maximum(), len(items)) + 1)):
        chosen = items[-count:]
        driver.initiate(
            market, [(item, 1 + index % 4) for index, item in enumerate(chosen)], "LINES-OWN", f"{count} items"
        )


@provokes("LINES-OWN", cost=3)
@in_marketplaces(2)
def test_the_same_item_twice(driver: CheckoutDriver, market: str) -> None:
    item = driver.plain(market)[0]
    exchange = driver.initiate(market, [(item, 1), (item, 2)], "LINES-OWN", "the same item twice")
    session = driver.trace.world.session_of(exchange)
    if session:
        CheckoutSession(driver, session).read()
