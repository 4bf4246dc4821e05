"""Faults about how a new address takes the old one's place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.shop import Call
from mock_server.injection import (
    ADDRESS,
    INITIATE,
    REMOVE,
    Fault,
    after,
    after_refused,
    coupon,
    fault,
    from_nth,
    ignore,
    in_market,
    kept_not_shown,
    large_quantity,
    lines,
    lost_update,
    other_option,
    wrap,
)


def _keep(*names: str) -> Callable[..., Any]:
    """These fields stay as they were."""
    def replacement(proceed: Callable[..., Any], call: Call) -> Any:
        old = call.require_cart().address
        call.address = {**call.address, **{name: old[name] for name in names if name in old}}
        return proceed()

    return replacement


def _keep_first_name(proceed: Callable[..., Any], call: Call) -> Any:
    old = call.require_cart().address["recipient"]
    call.address["recipient"]["firstName"] = old["firstName"]
    return proceed()


def _as(name: str, change: Callable[[str], str]) -> Callable[..., None]:
    """For `after("address", …)`: a field of the address as it is kept."""
    def action(call: Call, value: Any, *_: Any) -> None:
        if name in call.address:
            call.address[name] = change(call.address[name])

    return action


def _as_last_name(change: Callable[[str], str]) -> Callable[..., None]:
    def action(call: Call, value: Any, *_: Any) -> None:
        person = call.address["recipient"]
        person["lastName"] = change(person["lastName"])

    return action


def _no_county(call: Call, value: Any, *_: Any) -> None:
    call.address.pop("county", None)


FAULTS: list[Fault] = [
    fault(
        "postal-code-stays", "ADDR-REPLACE", "an update leaves the postal code as it was",
        wrap("apply_address", _keep("postalCode"), on=ADDRESS, kind="field"),
    ),
    fault(
        "first-name-stays-with-coupon", "ADDR-REPLACE", "with a coupon an update leaves the first name as it was",
        wrap("apply_address", _keep_first_name, on=ADDRESS, when=coupon),
    ),
    fault(
        "second-line-never-changes", "ADDR-REPLACE", "an addressLine2 that is there once stays",
        wrap("apply_address", _keep("addressLine2"), on=ADDRESS, kind="field"),
    ),
    fault(
        "county-is-dropped", "ADDR-REPLACE", "an update does not keep the county",
        after("address", _no_county, on=ADDRESS, kind="field"),
    ),
    fault(
        "phone-loses-its-plus", "ADDR-REPLACE", "the phone number of an update is kept without its plus sign",
        after("address", _as("phoneNumber", lambda text: text.replace("+", "")), on=ADDRESS, kind="field"),
    ),
    fault(
        "long-postal-codes-are-cut", "ADDR-REPLACE", "in EBAY_US an update keeps five digits of nine",
        after("address", _as("postalCode", lambda text: text[:5]), on=ADDRESS, when=in_market("EBAY_US")),
    ),
    fault(
        "second-move-ignored", "ADDR-REPLACE", "from the second one on updates are accepted and nothing happens",
        ignore(on=ADDRESS, when=from_nth(2), kind="repeat"),
    ),
    fault(
        "move-ignored-with-four-lines", "ADDR-REPLACE", "with four lines an update is accepted and nothing happens",
        ignore(on=ADDRESS, when=lines(4), kind="lines"),
    ),
    fault(
        "move-ignored-after-option", "ADDR-REPLACE", "with another option an update is accepted and nothing happens",
        ignore(on=ADDRESS, when=other_option, kind="after"),
    ),
    fault(
        "move-ignored-after-a-refused-one", "ADDR-REPLACE", "after a refused update each one is ignored",
        ignore(on=ADDRESS, when=after_refused(ADDRESS), kind="after"),
    ),
    fault(
        "move-ignored-above-three", "ADDR-REPLACE", "with more than three of a line an update is ignored",
        ignore(on=ADDRESS, when=large_quantity, kind="quantity"),
    ),
    fault(
        "move-kept-not-shown", "ADDR-REPLACE", "an update shows the old address, the next read the new one",
        kept_not_shown(on=ADDRESS), also="SESSION-READ",
    ),
    fault(
        "move-lost-at-once", "RACE", "of an address and a removed coupon at once one is lost",
        lost_update(on=(ADDRESS, REMOVE)),
    ),
    # letter by letter
    fault(
        "city-in-capitals", "ADDR-REPLACE-EXACT", "an update keeps the city in capital letters",
        after("address", _as("city", str.upper), on=ADDRESS, kind="field"),
    ),
    fault(
        "city-in-capitals-from-the-start", "ADDR-REPLACE-EXACT", "a new session has its city in capital letters",
        after("address", _as("city", str.upper), on=INITIATE, kind="field"),
    ),
    fault(
        "postal-code-without-blank-in-gb", "ADDR-REPLACE-EXACT", "in EBAY_GB an update keeps postal codes without a "
        "blank",
        after("address", _as("postalCode", lambda text: text.replace(" ", "")), on=ADDRESS, when=in_market("EBAY_GB")),
    ),
    fault(
        "last-name-capitalized", "ADDR-REPLACE-EXACT", "an update keeps one capital in each part of a last name",
        after("address", _as_last_name(str.title), on=ADDRESS, kind="field"),
    ),
]
