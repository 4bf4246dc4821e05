"""Variants of ids: alphabets that a path has to escape, lengths, numbers, ids that are unique only where they must be.

The documents call every id opaque; their own samples hold pipes, underscores and digits.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from itertools import count
from typing import Any
from urllib.parse import quote
from zlib import adler32

from mock_server.domain.errors import JSON
from mock_server.domain.shop import Call
from mock_server.injection import INITIATE, OPTION, PLACE, Effect, Variant, after, edit, variant, wrap
from mock_server.variants.ways import SESSIONS, where

ODD = "|#?%+&;:@=$,!*'()[]{}<>^`\"\\~ "


def _made(kind: str, form: Callable[[str], str]) -> Effect:
    """Ids of a kind (session, line or order) in another form."""
    return after(
        "new_id", lambda call, id, _: form(id), on=PLACE if kind == "order" else INITIATE,
        when=where(lambda call, requested: requested == kind),
    )


def _href(call: Call, body: JSON) -> None:
    order = quote(body["purchaseOrderId"], safe="")
    body["purchaseOrderHref"] = f"{call.request.base_url}/buy/order/v2/guest_purchase_order/{order}"


escaped_href = after("placed_view", _href)
short_order_id = edit("lineItems[].orderId", lambda text: text[-40:])


def _number_in_session(call: Call, id: str, kind: str) -> str:
    call.notes["lines made"] = call.notes.get("lines made", 0) + 1
    return str(call.notes["lines made"])


def _as_items(call: Call, value: Any) -> None:
    for line in call.require_cart().lines:
        line.id = line.item.id


def _options(show: Callable[[Call, str, int, str], str]) -> tuple[Effect, Effect]:
    """Option ids as `show(line id, place among the line's options, the mock's id)` has them."""
    def shown(call: Call, view: JSON, cart: Any, row: Any, option: Any) -> None:
        index = row.line.item.options.index(option)
        view["shippingOptionId"] = show(call, row.line.id, index, option.id)

    def meant(proceed: Callable[..., Any], call: Call, given: str) -> Any:
        line = call.require_cart().lines[call.line_index]
        known = {show(call, line.id, index, offered.id): offered.id for index, offered in enumerate(line.item.options)}
        return proceed(known.get(given, ""))

    return after("option_view", shown), wrap("option", meant, on=OPTION)


def _of_address(call: Call, line: str, index: int, id: str) -> str:
    """Options are quoted for an address: another one, other ids."""
    return f"{id}-{adler32(json.dumps(call.require_cart().address, sort_keys=True).encode())}"


def _line_ids(name: str, sees: str, *effects: Effect) -> Variant:
    return variant(name, "SESSION-UNIQUE", sees, *effects, on=INITIATE, about="line ids")


def _counted() -> Callable[[str], str]:
    """An id for each one that was made, as far as this server goes."""
    numbers = count(1)
    return lambda id: str(next(numbers))


def _session_ids(name: str, sees: str, form: Callable[[str], str]) -> Variant:
    return variant(name, "SESSION-CREATE", sees, _made("session", form), about="session ids")


def _option_ids(name: str, sees: str, show: Callable[[Call, str, int, str], str]) -> Variant:
    return variant(name, "SHIP-SET", sees, *_options(show), on=SESSIONS, about="option ids")


def _order_ids(name: str, sees: str, form: Callable[[str], str]) -> Variant:
    effects = (_made("order", form), escaped_href, short_order_id)
    return variant(name, "PAY-PLACE", sees, *effects, on=PLACE, about="order ids")


VARIANTS: list[Variant] = [
    _session_ids(
        "ids-to-be-escaped", "session ids have pipes, blanks and letters that a path has to escape",
        lambda id: f"v1|{id}|{secrets.token_hex(4)} +~ä=",
    ),
    _session_ids("session-ids-of-signs", "session ids have all ASCII signs but the slash",
                 lambda id: f"-{id}.{ODD}%2e"),
    _session_ids("session-ids-of-600-characters", "session ids are 600 characters long", lambda id: id * 50),
    _session_ids("session-ids-in-chinese", "session ids have Chinese characters and a sign beyond the basic plane",
                 lambda id: f"結帳{id}\U0001f6d2é"),
    _session_ids("session-ids-counted", "session ids are counted from 1", _counted()),
    _session_ids("session-ids-like-numbers", "session ids look like numbers with leading zeros and an exponent",
                 lambda id: f"000{id}e5"),
    _line_ids("line-ids-of-each-session", "line ids are 1, 2, 3 in each session",
              after("new_id", _number_in_session, on=INITIATE, when=where(lambda call, kind: kind == "line"))),
    _line_ids("line-ids-are-item-ids", "a line's id is its item's", after("apply_initiate", _as_items, on=INITIATE)),
    _line_ids("line-ids-of-signs", "line ids have all ASCII signs, blanks at an end, and letters beyond ASCII",
              _made("line", lambda id: f" /{id}{ODD}ß結\U0001f6d2")),
    _line_ids("line-ids-long", "line ids are 300 characters long", _made("line", lambda id: id * 30)),
    _option_ids("option-ids-of-each-line", "an option's id holds its line's, so no two sessions share one",
                lambda call, line, index, id: f"{line}:{id}"),
    _option_ids("option-ids-shared", "every line's options are 0, 1, 2", lambda call, line, index, id: str(index)),
    _option_ids("option-ids-of-signs", "option ids have all ASCII signs and letters beyond ASCII",
                lambda call, line, index, id: f"{id}/{ODD}ß結"),
    _option_ids("option-ids-by-address", "a new address has the same options under other ids", _of_address),
    _order_ids("order-ids-of-signs", "order ids have all ASCII signs but the slash, and letters beyond ASCII",
               lambda id: f"{id}{ODD}ß結"),
    _order_ids("order-ids-of-600-characters", "order ids are 600 characters long", lambda id: f"{id:0>15}" * 40),
    _order_ids("order-ids-counted", "order ids are counted from 1", _counted()),
    _order_ids("order-ids-like-numbers", "order ids have leading zeros and a point", lambda id: f"00{id}.0"),
]
