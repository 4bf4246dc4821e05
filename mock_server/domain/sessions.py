"""The guards before a body is looked at: marketplace, session, app, state (OpenAPI document, error tables)."""

from __future__ import annotations

from mock_server.domain.errors import ORDER_PROBLEMS, Refusal, invalid, missing
from mock_server.domain.operations import PLACE
from mock_server.domain.shop import Call
from mock_server.domain.state import DECLINED, PAID

MARKETPLACE_HEADER = "X-EBAY-C-MARKETPLACE-ID"


def marketplace(call: Call) -> None:
    """No document says what a missing header brings; here it is a missing field."""
    name = call.request.headers.get(MARKETPLACE_HEADER.lower(), "")
    if not name:
        raise missing(MARKETPLACE_HEADER)
    call.market = call.shop.marketplaces.get(name)
    if call.market is None:
        supported = ", ".join(call.shop.marketplaces)
        raise Refusal(15027, fieldName=MARKETPLACE_HEADER, fieldValue=name, supportedValues=supported)


def session(call: Call) -> None:
    call.session = call.shop.sessions.get(call.id)
    if call.session is None:
        raise Refusal(15003)
    call.cart = call.session.cart


def app(call: Call) -> None:
    if call.require_session().app != call.app:
        raise Refusal(15025)


def session_marketplace(call: Call) -> None:
    own = call.require_cart().market
    if own is not call.market:
        raise Refusal(15029, fieldValue=call.require_market().id, supportedValues=own.id)


def state(call: Call) -> None:
    """No change after payment. place_order may come again (`mutations.apply_place`); after a declined payment it is
    declined again."""
    session = call.require_session()
    if session.phase == PAID and call.operation != PLACE:
        raise Refusal(15021)
    if session.phase == DECLINED:
        raise Refusal(session.declined if call.operation == PLACE else 15032)


def lines(call: Call) -> None:
    if not call.require_cart().lines:
        raise Refusal(15019, maxLineItems=call.shop.settings.max_line_items)


def order(call: Call) -> None:
    call.order = call.shop.orders.get(call.id)
    if call.order is None:
        raise Refusal(16002, problems=ORDER_PROBLEMS)


def order_app(call: Call) -> None:
    assert call.order is not None
    if call.order.app != call.app:
        raise Refusal(16003, problems=ORDER_PROBLEMS)


def line(call: Call, line_id: str) -> int:
    """Index of the line that a body names."""
    for index, candidate in enumerate(call.require_cart().lines):
        if candidate.id == line_id:
            return index
    raise invalid("lineItemId")


STEPS = {
    step.__name__: step
    for step in (
        marketplace,
        session,
        app,
        session_marketplace,
        state,
        lines,
        order,
        order_app,
        line,
    )
}
