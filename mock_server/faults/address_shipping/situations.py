"""Faults about addresses and options that show in one situation: after another change, on one line, of three options."""

from __future__ import annotations

from mock_server.catalogue.goods import DOUBTFUL
from mock_server.domain.shop import Call
from mock_server.injection import (
    ADDRESS,
    OPTION,
    QUANTITY,
    Condition,
    Fault,
    after_op,
    before,
    coupon,
    fault,
    ignore,
    in_market,
    line_at,
    lines,
    refused_yet_applied,
)
from mock_server.injection.near_values import longer, option_by


def _drop_coupon(call: Call) -> None:
    call.require_cart().coupon = None


def _first_option(call: Call) -> None:
    call.option = call.require_cart().lines[call.line_index].item.options[0].id


def _keep_phone(call: Call) -> None:
    call.address = {**call.address, "phoneNumber": call.require_cart().address["phoneNumber"]}


same_street = Condition(
    lambda call, *_: call.address.get("addressLine1") == call.require_cart().address.get("addressLine1")
)
same_again = Condition(lambda call, *_: call.address == call.require_cart().address)
after_doubt = Condition(lambda call, *_: DOUBTFUL in call.require_cart().address.get("addressLine1", ""), "after")
last_of_three = Condition(
    lambda call, *_: len(options := call.require_cart().lines[call.line_index].item.options) > 2
    and call.option == options[-1].id
)

FAULTS: list[Fault] = [
    fault("move-ignored-after-a-doubtful-one", "ADDR-REPLACE", "after an address that could not be found the next is ignored",
          ignore(on=ADDRESS, when=after_doubt)),
    fault("same-address-again-drops-the-coupon", "SESSION-ONLY", "the same address once more takes the coupon out",
          before("apply_address", _drop_coupon, on=ADDRESS, when=coupon & same_again), kind="coupon"),
    fault("phone-stays-with-the-street-in-gb", "ADDR-REPLACE", "in EBAY_GB a later address in the same street keeps the phone",
          before("apply_address", _keep_phone, on=ADDRESS, when=in_market("EBAY_GB") & same_street & after_op(ADDRESS)),
          kind="repeat"),
    fault("third-option-of-the-last-of-three-ignored", "SHIP-SET", "of three lines and more the last ignores a third option",
          ignore(on=OPTION, when=lines(3) & line_at("last") & after_op(OPTION, least=2)), kind="repeat"),
    fault("third-option-ignored-after-address", "SHIP-SET", "after a new address the last of three options is ignored",
          ignore(on=OPTION, when=last_of_three & after_op(ADDRESS)), kind="after"),
    fault("option-of-the-last-with-coupon-is-the-first", "SHIP-SET",
          "with a coupon and after a quantity the last line's option is the first",
          before("apply_option", _first_option, on=OPTION, when=coupon & line_at("last") & after_op(QUANTITY)), kind="coupon"),
    fault("option-of-the-middle-ignored-second-time", "SHIP-SET", "after two options a middle line keeps its own",
          ignore(on=OPTION, when=line_at("middle") & after_op(OPTION, least=2)), kind="repeat"),
    fault("foreign-address-reaches-the-buyers-other", "ADDR-DOMESTIC",
          "15026, and yet the same buyer's other session has the address",
          refused_yet_applied("domestic", to="same_buyer", on=ADDRESS), also="SESSION-ISOLATED"),
    fault("long-line-reaches-another-buyers", "ADDR-LENGTH", "15048, and yet another buyer's session has the long line",
          refused_yet_applied("length", to="same_app", on=ADDRESS), also="SESSION-ISOLATED"),
    fault("unknown-option-is-ordered", "SHIP-UNKNOWN", "15002 for a line that is not there, and yet the first is shipped so",
          refused_yet_applied("line", to="next_order", returning=0, on=OPTION), also="ORDER-READ"),
    fault("option-id-with-more-behind", "SHIP-UNKNOWN", "with two lines an option id with more characters behind is selected",
          option_by(longer, on=OPTION, when=lines(2)), kind="boundary"),
]
