"""Sessions beside the one of a row: what must stay as it is, what must cost the same, what is declined as well."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.core import made_up
from conformance.core.exchange import OTHER_APP, OWN_APP
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from suites.situations.design import beside_has_coupon
from suites.situations.goods import Goods

KINDS_TO_APPLY = ("good", "oversized", "minimum", "item_bound")


def session_beside(driver: CheckoutDriver, goods: Goods, email: str) -> list[CheckoutSession]:
    """A session with the same items in the same places, but for those of which not everybody may have several; none where
    the row has none.

    It has a coupon where the row says so, and where this session's coupon changes. email: of the row's buyer.
    """
    row, market = goods.row, driver.market(goods.market)
    kind = row["beside"]
    if kind == "none":
        return []
    wanted = [item for item, _ in goods.lines()]
    shared = {item for item in wanted if _both_may_have(driver, goods, item)}
    spare = [item for item in driver.plain(goods.market, None) if item not in wanted]
    items = [item if item in shared else spare.pop(0) for item in wanted if item in shared or spare]
    app = OTHER_APP if kind == "other_app" else OWN_APP
    session = driver.create_session(
        goods.market,
        [(item, 2 if item in market.plain else 1) for item in items or driver.plain(goods.market)[:1]],
        email=email if kind == "same_buyer" else driver.buyer(),
        credential=app,
    )
    codes = market.coupons_of("good")
    if codes and beside_has_coupon(row):
        session.apply_coupon(codes[-1].code, credential=app)
    if row["option"] == "other":  # both select the same, so that what reaches this one shows
        for line in session.lines:
            if option := session.other_option(line):
                session.select_option(line, option.id, credential=app)
    return [session]


def _both_may_have(driver: CheckoutDriver, goods: Goods, item: str) -> bool:
    """Whether two sessions may have an item: a plain one, or one piece within the limit of a buyer."""
    role = driver.profile.role(goods.market, item)
    within_limit = role is not None and role.kind == "limit" and goods.pieces(item) < role.amount
    return goods.is_ample(item) or within_limit


def make_alike(session: CheckoutSession, email: str, turn: int) -> CheckoutSession | None:
    """A fresh session that comes to the same state by the shortest way, and must cost the same; None for an empty cart.

    On its way a coupon is refused, which changes nothing. email: of its buyer. turn: which code is refused.
    """
    if not session.lines:
        return None
    seen = session.state.view
    pairs = _items_of(session)
    twin = session.driver.create_session(session.marketplace, pairs, email=email, address=seen.address)
    for line in session.lines:
        chosen, other = line.selected, twin.state.view.line_of(line.item or "")
        if chosen and other and not (other.selected and other.selected.id == chosen.id):
            place = line.options.index(chosen)
            twin.select_option(other, other.options[place].id if place < len(other.options) else chosen.id)
    market = session.driver.market(session.marketplace)
    refused = [made_up.CODE, *(coupon.code for coupon in market.coupons_of("refused"))]
    twin.apply_coupon(refused[turn % len(refused)])
    for code in seen.coupons:
        twin.apply_coupon(code)
    twin.read()
    return twin


def apply_next_coupon(session: CheckoutSession, turn: int) -> None:
    """A coupon of the marketplace that fits the cart, where none is applied. turn: which of them."""
    items = {item for item, _ in _items_of(session)}
    coupons = session.driver.market(session.marketplace).coupons_of(*KINDS_TO_APPLY)
    fitting = [coupon for coupon in coupons if not coupon.fits or items & set(coupon.fits)]
    if fitting and not session.state.view.coupons:
        session.apply_coupon(fitting[turn % len(fitting)].code)


def decline_alike(session: CheckoutSession, emails: Iterable[str]) -> None:
    """The same cart for buyers whose payment is declined: each has an error of its own. None of an empty cart."""
    for email in emails if session.lines else ():
        see_declined(session.driver.create_session(session.marketplace, _items_of(session), email=email))


def see_declined(session: CheckoutSession) -> None:
    """Pays by a buyer whose payment is declined, once more to see that there is no order, and reads the session."""
    session.place_order("PAY-DECLINED")
    session.place_order("PAY-DECLINED-ENDS")
    session.read_back()


def _items_of(session: CheckoutSession) -> list[tuple[str, int]]:
    """Items and quantities of a cart."""
    return [(line.item or "", line.quantity or 1) for line in session.lines]
