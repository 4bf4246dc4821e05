"""Faults about items that are refused, taken out with a warning, or sold with one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.catalogue.model import Item
from mock_server.domain.errors import JSON, Refusal
from mock_server.domain.shop import Call, Response
from mock_server.injection import (
    INITIATE,
    READ,
    Condition,
    Fault,
    accepted,
    before,
    change_error_id,
    change_status,
    drop,
    edit,
    error,
    every,
    fault,
    from_nth,
    in_market,
    items,
    lines,
    skip,
    wrap,
)


def is_refused(id: int, kind: str = "") -> Condition:
    """In the step `item`: the item is one that is refused with this id."""
    return Condition(lambda call, item, *_: item.refused == id, kind)


beside_another = Condition(lambda call, *_: len(call.requested) > 1, "lines")
named_first = Condition(lambda call, item, *_: next(iter(call.requested)) == item.id, "lines")


def warns(id: int) -> Condition:
    """In the step `response`: it carries this warning."""

    def test(call: Call, response: Response) -> bool:
        warnings = response.body.get("warnings", []) if isinstance(response.body, dict) else []
        return any(warning["errorId"] == id for warning in warnings)

    return Condition(test)


def _large_quantity(item: Item) -> Item:
    """What was sold out is in stock."""
    return replace(item, stock=100, refused=0) if item.refused == 15013 else item


def _not_for_sale(proceed: Callable[..., Any], call: Call, item: Item) -> None:
    if item.refused:
        raise Refusal(15018)


def _but(*ids: int) -> Callable[[list[JSON]], list[JSON]]:
    return lambda warnings: [warning for warning in warnings if warning["errorId"] not in ids]


def _keep_removed(proceed: Callable[..., Any], call: Call) -> None:
    """What is taken out with 15055 is warned of and kept."""
    given = call.inputs
    proceed()
    call.inputs = [(item, quantity) for item, quantity in given if item.removed in (0, 15055)]


def _next_too(proceed: Callable[..., Any], call: Call) -> None:
    """Taken out of a list while it is walked through, so that the one after it is passed over."""
    given = call.inputs
    proceed()
    after = [given[index] for index in range(1, len(given)) if given[index - 1][0].removed]
    if len(given) > 3:
        call.inputs = [entry for entry in call.inputs if entry not in after]


def _whatever_is_left(proceed: Callable[..., Any], call: Call, item: Item, others: bool) -> None:
    proceed(item, True)


def _all_or_nothing(call: Call, item: Item, others: bool) -> None:
    raise Refusal(item.alone)


FAULTS: list[Fault] = [
    fault(
        "ended-is-sold",
        "ITEM-ENDED",
        "an item whose listing ended is sold",
        skip("item", on=INITIATE, when=is_refused(15018)),
    ),
    fault("sold-out-is-sold", "ITEM-OUT-OF-STOCK", "an item that is sold out is sold", items(_large_quantity), on=INITIATE),
    fault(
        "unpaid-seller-is-404",
        "ITEM-SELLER-UNPAID",
        "15017 comes with status 404",
        change_status(404, on=INITIATE, when=error(15017)),
    ),
    fault(
        "not-shippable-is-sold",
        "ITEM-NOT-SHIPPABLE",
        "an item that does not ship there is sold",
        skip("item", on=INITIATE, when=is_refused(15028)),
    ),
    fault(
        "blocked-buyer-buys-beside-another",
        "ITEM-BUYER-BLOCKED",
        "beside another a blocked buyer gets the item",
        skip("item", on=INITIATE, when=is_refused(15031) & beside_another, kind="lines"),
    ),
    fault(
        "not-here-is-sold-when-first",
        "ITEM-NOT-HERE",
        "an item of the web site alone is sold as the first of two",
        skip("item", on=INITIATE, when=is_refused(15044) & beside_another & named_first, kind="lines"),
    ),
    fault(
        "not-here-is-15043",
        "ITEM-NOT-HERE",
        "an item of the web site alone is refused with 15043",
        change_error_id(15043, on=INITIATE, when=error(15044)),
        also="ITEM-REMOVED",
    ),
    fault(
        "seller-away-sells",
        "ITEM-SELLER-AWAY",
        "a seller who is away sells",
        skip("item", on=INITIATE, when=is_refused(15045)),
    ),
    fault(
        "unavailable-is-sold-at-times",
        "ITEM-UNAVAILABLE",
        "each second time an item that is not available is sold",
        skip("item", on=INITIATE, when=is_refused(15053) & every(2), kind="repeat"),
    ),
    fault(
        "seller-unavailable-is-sold",
        "ITEM-SELLER-UNAVAILABLE",
        "an item not to be had from its seller is sold",
        skip("item", on=INITIATE, when=is_refused(20002)),
    ),
    fault(
        "one-id-for-every-cause",
        "ITEM-OWN-ID",
        "every item that cannot be bought is 15018",
        wrap("item", _not_for_sale, on=INITIATE, kind="id"),
    ),
    # -- ITEM-REMOVED --
    fault(
        "removed-without-warning",
        "ITEM-REMOVED",
        "an item is taken out without a word",
        drop("warnings", on=INITIATE, when=warns(15043)),
        kind="field",
    ),
    fault(
        "removed-stays",
        "ITEM-REMOVED",
        "an item that is warned of with 15055 stays in the cart",
        wrap("supply", _keep_removed, on=INITIATE),
    ),
    fault(
        "removed-takes-the-next",
        "ITEM-REMOVED",
        "with three others the one after a removed item goes too",
        wrap("supply", _next_too, on=INITIATE, kind="lines"),
        also="SESSION-CREATE",
    ),
    fault(
        "removed-alone-is-an-empty-cart",
        "ITEM-REMOVED",
        "a removed item alone makes a session without lines",
        wrap("remove", _whatever_is_left, on=INITIATE),
        kind="boundary",
    ),
    fault(
        "removed-refuses-all-in-ca",
        "ITEM-REMOVED",
        "in EBAY_CA an item that should be taken out refuses all",
        before("remove", _all_or_nothing, on=INITIATE, when=in_market("EBAY_CA")),
        kind="marketplace",
    ),
    # -- ITEM-WARNED --
    fault(
        "no-permit-warning",
        "ITEM-WARNED",
        "no answer warns of an import permit",
        edit("warnings", _but(20000), on=(INITIATE, READ)),
        kind="field",
    ),
    fault(
        "no-freight-warning-in-reads",
        "ITEM-WARNED",
        "a read does not warn of freight",
        edit("warnings", _but(20001), on=READ),
        kind="read-only",
    ),
    fault(
        "freight-warning-once",
        "ITEM-WARNED",
        "only the first read of a session has its warnings",
        drop("warnings", on=READ, when=accepted & from_nth(2), kind="repeat"),
    ),
    fault(
        "no-warning-beside-another",
        "ITEM-WARNED",
        "with two lines no answer of initiate warns",
        edit("warnings", _but(20000, 20001), on=INITIATE, when=accepted & lines(2)),
        kind="lines",
    ),
]
