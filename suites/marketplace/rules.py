"""Marketplace: a session stays in the marketplace that made it, and its amounts are in that marketplace's currency."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.core import contract
from conformance.judging.claim import Claim, equal, true
from conformance.judging.judge import At, Ground, demands, refuses

NAMELESS = "no amount names its currency: it is the marketplace's"


@refuses("MARKET-SAME")
def another_marketplace(at: At) -> Iterator[Ground | str]:
    asked = at.request.marketplace
    if not asked and at.operation == contract.PLACE_ORDER:  # its page does not list the header
        yield Ground(
            "MARKET-SAME", certain=False, any_of="4xx", lawful=lambda _: "placeGuestOrder needs no marketplace header"
        )
    if at.session and asked in at.profile.markets and asked != at.session.marketplace:
        yield f"{at.session.marketplace} as {asked}"


@refuses("MARKET-SUPPORTED")
def an_unsupported_marketplace(at: At) -> Iterator[Ground]:
    asked = at.request.marketplace
    if asked and asked not in at.profile.markets and at.why == "MARKET-SUPPORTED":
        yield Ground("MARKET-SUPPORTED")


@refuses("MARKET-REQUIRED")
def no_marketplace(at: At) -> Iterator[Ground]:
    if not at.request.marketplace:
        yield Ground("MARKET-REQUIRED", any_of="4xx")


@demands("MARKET-CURRENCY")
def one_currency_in_a_session(at: At) -> Iterator[Claim]:
    found = at.amounts
    if not found:
        if at.answer and at.answer.summary and at.operation != contract.READ_ORDER:
            for requirement in ("MARKET-CURRENCY", "MARKET-CURRENCY-OWN"):
                yield true(True, "currency", "", "", "true", requirement=requirement, reading=NAMELESS)
        return
    used = [one[1] for one in found]
    main = max(set(used), key=used.count)
    other = next((one for one in found if one[1] != main), None)
    yield true(
        other is None,
        f"currency of {other[0] if other else 'every amount'}",
        main,
        f"{other[1]} in {other[0]}" if other else "",
        "([.body|..|objects|.currency? // empty]|unique|length) <= 1",
    )
    own = contract.marketplaces().get(at.session.marketplace if at.session else at.request.marketplace or "")
    if own and other is None:
        yield equal(
            "currency of the session",
            "([.body|..|objects|.currency? // empty]|unique)",
            [own["currency"]],
            [main],
            requirement="MARKET-CURRENCY-OWN",
        )


@demands("MARKET-ORDER-OPTIONAL")
def an_order_is_read_without_a_marketplace(at: At) -> Iterator[Claim]:
    if at.order and not at.request.marketplace:
        yield true(True, "is accepted", "", "", "true")
