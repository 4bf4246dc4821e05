"""Marketplace: a session stays in the marketplace that made it, and its amounts are in that marketplace's currency."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from conformance.core import contract
from conformance.judging.claim import HELD, Claim, equal, held, true
from conformance.judging.context import RefusalReason, RuleContext, always
from conformance.judging.registry import demands, refuses

NAMELESS = "no amount names its currency: it is the marketplace's"

# The names of marketplaces, in any case: no document says that no further marketplace is supported somewhere.
EBAYS = re.compile(r"EBAY_([A-Z]{2}|MOTORS_US)", re.IGNORECASE)


@refuses("MARKET-SAME")
def another_marketplace(context: RuleContext) -> Iterator[RefusalReason | str]:
    asked = context.request.marketplace
    if not asked and context.operation == contract.PLACE_ORDER:  # its page does not list the header
        yield RefusalReason("MARKET-SAME", certain=False, any_of="4xx", lawful=always)
    if context.session and asked in context.profile.markets and asked != context.session.marketplace:
        yield f"{context.session.marketplace} as {asked}"


@refuses("MARKET-SUPPORTED")
def an_unsupported_marketplace(context: RuleContext) -> Iterator[RefusalReason]:
    """Certain for a name that no marketplace of the platform has, and for a session's request under any other name.

    A target may have more marketplaces than its profile.
    """
    asked = context.request.marketplace
    if asked and asked not in context.profile.markets:
        made_in = (context.session.marketplace if context.session else "") or asked
        another = asked.strip().casefold() != made_in.strip().casefold()
        yield RefusalReason("MARKET-SUPPORTED", certain=another or EBAYS.fullmatch(asked.strip()) is None)


@refuses("MARKET-REQUIRED")
def no_marketplace(context: RuleContext) -> Iterator[RefusalReason]:
    if not context.request.marketplace:
        yield RefusalReason("MARKET-REQUIRED", any_of="4xx")


@refuses("MARKET-ORDER-SAME")
def an_order_under_another_marketplace(context: RuleContext) -> Iterator[RefusalReason]:
    """The header's description says that it must match; no id is documented for a header that does not match."""
    asked = context.request.marketplace
    if context.order and asked and asked != context.order.marketplace:
        yield RefusalReason("MARKET-ORDER-SAME", certain=False, any_of="4xx", lawful=always)


@demands("MARKET-CURRENCY", "MARKET-CURRENCY-OWN")
def one_currency_in_a_session(context: RuleContext) -> Iterator[Claim]:
    found = context.amounts
    if not found:
        if context.answer and context.answer.summary and context.operation != contract.READ_ORDER:
            for requirement in ("MARKET-CURRENCY", "MARKET-CURRENCY-OWN"):
                yield held("currency", requirement=requirement, reading=NAMELESS)
        return
    main = Counter(item[1] for item in found).most_common(1)[0][0]  # the first of those that are as frequent
    other = next((item for item in found if item[1] != main), None)
    yield true(
        other is None,
        f"currency of {other[0] if other else 'every amount'}",
        main,
        f"{other[1]} in {other[0]}" if other else "",
        "([.body|..|objects|.currency? // empty]|unique|length) <= 1",
    )
    own = contract.marketplaces().get(context.sold_in)
    if own and other is None:
        yield equal(
            "currency of the session",
            "([.body|..|objects|.currency? // empty]|unique)",
            [own["currency"]],
            [main],
            requirement="MARKET-CURRENCY-OWN",
        )


@demands("MARKET-ORDER-OPTIONAL")
def an_order_is_read_without_a_marketplace(context: RuleContext) -> Iterator[Claim]:
    if context.order and context.request.marketplace is None:
        yield HELD
