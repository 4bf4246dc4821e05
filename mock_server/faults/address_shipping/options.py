"""Faults about shipping options: one selected on each line, set on one line alone, none that is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.catalogue.model import Option
from mock_server.domain.errors import JSON, Refusal, invalid
from mock_server.domain.pricing import Row
from mock_server.domain.shop import Call
from mock_server.domain.state import Cart
from mock_server.injection import (
    ADDRESS,
    APPLY,
    INITIATE,
    OPTION,
    QUANTITY,
    SESSION_METHODS,
    Condition,
    Fault,
    after,
    after_op,
    after_refused,
    coupon,
    edit,
    fault,
    ignore,
    in_market,
    kept_not_shown,
    line_at,
    lines,
    lost_update,
    nth,
    other_option,
    refuse,
    refused_yet_applied,
    stale,
    tolerate,
    wrap,
)

SHOWN = (INITIATE, *SESSION_METHODS)
EARLIEST, LATEST = "minEstimatedDeliveryDate", "maxEstimatedDeliveryDate"

unknown_option = Condition(lambda call, option: option not in _ids(call))
many_of_it = Condition(lambda call: call.require_cart().lines[call.line_index].quantity > 3, "quantity")
third = Condition(lambda call: _place(call) == 2)


def _ids(call: Call) -> list[str]:
    """The options of the line that is named."""
    return [option.id for option in call.require_cart().lines[call.line_index].item.options]


def _place(call: Call) -> int:
    """Where the wanted option stands among them."""
    return _ids(call).index(call.option)


def _first_stays_on(call: Call, shown: JSON, cart: Cart, row: Row, option: Option) -> None:
    if option is row.line.item.options[0]:
        shown["selected"] = True


def _none_on_the_last(call: Call, shown: JSON, cart: Cart, row: Row, option: Option) -> None:
    if row.line is cart.lines[-1]:
        shown["selected"] = False


def _fourth_has_none(call: Call, shown: JSON, cart: Cart, row: Row) -> None:
    if cart.lines.index(row.line) == 3:
        shown["shippingOptions"] = []


def _start_with_the_last(call: Call, value: Any) -> None:
    for line in call.require_cart().lines:
        line.option = line.item.options[-1].id


def _on_all_lines(proceed: Callable[..., Any], call: Call) -> None:
    place = _place(call)
    for line in call.require_cart().lines:
        line.option = line.item.options[min(place, len(line.item.options) - 1)].id


def _on_the_first_line(proceed: Callable[..., Any], call: Call) -> None:
    line = call.require_cart().lines[0]
    line.option = line.item.options[min(_place(call), len(line.item.options) - 1)].id


def _first_line_starts_again(call: Call, value: Any) -> None:
    first = call.require_cart().lines[0]
    if call.line_index > 0:
        first.option = first.item.options[0].id


def _second_for_third(proceed: Callable[..., Any], call: Call) -> None:
    line = call.require_cart().lines[call.line_index]
    line.option = line.item.options[1].id


def _first_option(proceed: Callable[..., Any], call: Call, option: str) -> str:
    return call.require_cart().lines[call.line_index].item.options[0].id


def _where_it_is(proceed: Callable[..., Any], call: Call, option: str) -> Any:
    """An option of another line is selected there."""
    for index, line in enumerate(call.require_cart().lines):
        if any(option == offered.id for offered in line.item.options):
            call.line_index = index
    return proceed()


def _back_to_the_first(proceed: Callable[..., Any], call: Call, option: str) -> Any:
    line = call.require_cart().lines[call.line_index]
    line.option = line.item.options[0].id
    raise invalid("shippingOptionId")


def _crash(proceed: Callable[..., Any], call: Call, *args: Any) -> Any:
    raise Refusal(15000)


def _swap_dates(call: Call, shown: JSON, *_: Any) -> None:
    shown[EARLIEST], shown[LATEST] = shown[LATEST], shown[EARLIEST]


def _slow_by_thirty_days(call: Call, shown: JSON, *_: Any) -> None:
    """Only the earlier date knows that it takes longer."""
    year, month, rest = shown[EARLIEST].split("-", 2)
    shown[EARLIEST] = f"{int(year) + (month == '12')}-{int(month) % 12 + 1:02d}-28{rest[2:]}"


FAULTS: list[Fault] = [
    # exactly one is selected
    fault(
        "first-option-stays-selected", "SHIP-ONE", "another option is selected beside the first",
        after("option_view", _first_stays_on, on=SHOWN, when=other_option, kind="after"),
    ),
    fault(
        "none-selected-on-last-of-three", "SHIP-ONE", "from three lines on the last has no selected option",
        after("option_view", _none_on_the_last, on=SHOWN, when=lines(3)),
    ),
    fault(
        "fourth-line-without-options", "SHIP-ONE", "the fourth line has no shipping options",
        after("line_view", _fourth_has_none, on=SHOWN, when=lines(4)),
    ),
    fault(
        "starts-with-last-option-in-au", "SHIP-ONE", "in EBAY_AU a session starts with the last option of each line",
        after("apply_initiate", _start_with_the_last, on=INITIATE, when=in_market("EBAY_AU")),
    ),
    fault(
        "coupon-selects-all", "SHIP-ONE", "the answer to a coupon has every option of the first line selected",
        edit("lineItems[0].shippingOptions[].selected", lambda _: True, on=APPLY, kind="answer-only"),
    ),
    # on that line alone
    fault(
        "option-changes-once", "SHIP-SET", "once a line has another option no option changes any more",
        ignore(on=OPTION, when=other_option, kind="after"),
    ),
    fault(
        "last-of-four-keeps-its-option", "SHIP-SET", "with four lines the last one keeps its option",
        ignore(on=OPTION, when=lines(4) & line_at("last"), kind="lines"),
    ),
    fault(
        "option-for-all-lines", "SHIP-SET", "an option is set on every line",
        wrap("apply_option", _on_all_lines, on=OPTION), also="SESSION-ONLY",
    ),
    fault(
        "option-lands-on-first-line", "SHIP-SET", "the first line gets the option, whichever is named",
        wrap("apply_option", _on_the_first_line, on=OPTION), also="SESSION-ONLY",
    ),
    fault(
        "option-of-a-later-line-resets-the-first", "SESSION-ONLY",
        "with a coupon a change of a later line's option puts the first line back to its first option",
        after("apply_option", _first_line_starts_again, on=OPTION, when=coupon, kind="coupon"), also="SHIP-SET",
    ),
    fault(
        "third-option-is-the-second", "SHIP-SET", "who wants the third option gets the second",
        wrap("apply_option", _second_for_third, on=OPTION, when=third, kind="boundary"),
    ),
    fault(
        "option-ignored-in-gb", "SHIP-SET", "in EBAY_GB a change of the option is accepted and nothing happens",
        ignore(on=OPTION, when=in_market("EBAY_GB"), kind="marketplace"),
    ),
    fault(
        "option-ignored-with-coupon", "SHIP-SET", "with a coupon a change of the option is ignored",
        ignore(on=OPTION, when=coupon, kind="coupon"),
    ),
    fault(
        "option-ignored-above-three", "SHIP-SET", "a line of more than three keeps its option",
        ignore(on=OPTION, when=many_of_it, kind="quantity"),
    ),
    fault(
        "option-ignored-after-refusal", "SHIP-SET", "after a refused change of an option each one is ignored",
        ignore(on=OPTION, when=after_refused(OPTION), kind="after"),
    ),
    fault(
        "option-ignored-after-quantities", "SHIP-SET", "after two changes of quantities no option changes",
        ignore(on=OPTION, when=after_op(QUANTITY, least=2), kind="after"),
    ),
    fault(
        "delivery-stale-after-option", "SHIP-SET", "the delivery cost does not follow another option",
        stale("delivery", on=OPTION), also="PRICE-DELIVERY",
    ),
    fault(
        "imports-stale-after-option", "SHIP-SET", "the import charges do not follow another option",
        stale("imports", on=OPTION), also="PRICE-IMPORT",
    ),
    fault(
        "option-kept-not-shown", "SHIP-SET", "the answer shows the old option, the next read the new one",
        kept_not_shown(on=OPTION), also="SESSION-READ",
    ),
    fault(
        "option-lost-at-once", "RACE", "of an option and a quantity set at once one is lost",
        lost_update(on=(OPTION, QUANTITY)),
    ),
    # what is not there
    fault(
        "unknown-option-is-the-first", "SHIP-UNKNOWN", "an option that the line does not have selects its first",
        wrap("option", _first_option, on=OPTION, when=unknown_option, kind="ignored"),
    ),
    fault(
        "unknown-line-is-the-first", "SHIP-UNKNOWN", "the option of a line that is not there goes to the first line",
        tolerate("line", returning=0, on=OPTION),
    ),
    fault(
        "option-of-another-line", "SHIP-UNKNOWN", "an option of another line is selected on that one",
        wrap("option", _where_it_is, on=OPTION, when=unknown_option, kind="lines"),
    ),
    fault(
        "unknown-option-crashes", "SHIP-UNKNOWN", "an option that the line does not have is 500 15000",
        wrap("option", _crash, on=OPTION, when=unknown_option, kind="status"),
    ),
    fault(
        "unknown-line-crashes-second-time", "SHIP-UNKNOWN", "the second line that is not there is 500 15000",
        wrap("line", _crash, on=OPTION, when=Condition(
            lambda call, line_id: all(line_id != line.id for line in call.require_cart().lines)) & nth(2), kind="repeat"),
    ),
    fault(
        "unknown-option-16025", "SHIP-UNKNOWN", "an option that the line does not have is 16025, a coupon's id",
        refuse("option", 16025, on=OPTION, when=unknown_option, kind="id"), also="SESSION-DOCUMENTED",
    ),
    fault(
        "unknown-option-resets", "SHIP-UNKNOWN", "15002 for an unknown option, and yet the line is back at its first",
        wrap("option", _back_to_the_first, on=OPTION, when=unknown_option, kind="applied-though-refused"),
    ),
    fault(
        "unknown-line-yet-applied", "SHIP-UNKNOWN", "15002 for an unknown line, and yet the first one has the option",
        refused_yet_applied("line", returning=0, on=OPTION),
    ),
    # dates
    fault(
        "delivery-ends-before-it-begins-in-ca", "SHIP-DATES", "in EBAY_CA the two delivery dates are swapped",
        after("option_view", _swap_dates, on=SHOWN, when=in_market("EBAY_CA")),
    ),
    fault(
        "delivery-starts-late-after-move", "SHIP-DATES", "after a new address delivery begins a month after it ends",
        after("option_view", _slow_by_thirty_days, on=SHOWN, when=after_op(ADDRESS)),
    ),
]
