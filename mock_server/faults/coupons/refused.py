"""Faults about coupons that are refused: each id, unknown codes, none at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.catalogue.model import Coupon
from mock_server.domain.errors import Refusal
from mock_server.domain.pricing import spendable
from mock_server.domain.shop import Call
from mock_server.http.validation import Field
from mock_server.injection import (
    APPLY,
    REMOVE,
    Condition,
    Fault,
    after_op,
    change_error_id,
    change_status,
    coupon,
    error,
    fault,
    in_market,
    lines,
    nth,
    refuse,
    refused_yet_applied,
    request_has,
    skip,
    wrap,
)

unknown = Condition(lambda call, code: code not in call.shop.coupons)
left_out = Condition(lambda call, spec, value: spec.path == "redemptionCode" and "redemptionCode" not in call.data)
empty = Condition(lambda call, spec, value: spec.path == "redemptionCode" and value == "")
uncoded = Condition(lambda call, *_: not call.code)

# Each with the id that it is refused with, and the other one that the fault gives under the same status.
OTHER_IDS = (
    ("NOITEMS", 16000, 16013), ("VOID", 16006, 16024), ("USED", 16007, 16008), ("LASTYEAR", 16009, 16000),
    ("OTHERMONEY", 16010, 16012), ("OTHERCATEGORY", 16013, 16014), ("CARDONLY", 16014, 16015),
    ("DOMESTIC", 16016, 16017), ("ABROAD", 16017, 16016), ("STRANGER", 16018, 16019),
    ("BAD CODE!", 16022, 16024), ("ONEONLY", 16023, 16018),
)


def of(code: str) -> Condition:
    return request_has(code=code)


def _known(proceed: Callable[..., Any], call: Call, code: str) -> Coupon:
    return call.shop.coupons[code]


def _known_yet_refused(proceed: Callable[..., Any], call: Call, code: str) -> Any:
    try:
        return proceed()
    except Refusal:
        call.require_cart().coupon = call.shop.coupons[code]
        raise


def _made_up(proceed: Callable[..., Any], call: Call, code: str) -> Coupon:
    """A coupon of that code that takes nothing off."""
    return Coupon(code)


def _crash(proceed: Callable[..., Any], call: Call, *_: Any) -> Any:
    raise Refusal(15000)


def _with_delivery(proceed: Callable[..., Any], call: Call, code: str) -> Coupon:
    """The minimum counts what delivery costs as well."""
    found = call.shop.coupons[code]
    worth, _ = spendable(call, call.require_cart(), found)
    delivery = sum(line.selected.cost for line in call.require_cart().lines)
    if worth + delivery < found.minimum:
        raise Refusal(found.error)
    return found


def _more_than_the_minimum(proceed: Callable[..., Any], call: Call, code: str) -> Coupon:
    """The minimum itself is not enough."""
    found: Coupon = proceed()
    worth, _ = spendable(call, call.require_cart(), found)
    if worth == found.minimum:
        raise Refusal(found.error)
    return found


def _of_one_each(proceed: Callable[..., Any], call: Call, code: str) -> Coupon:
    """The minimum counts each line once, whatever its quantity."""
    found = call.shop.coupons[code]
    if sum(line.item.price for line in call.require_cart().lines) < found.minimum:
        raise Refusal(found.error)
    return found


def _fits_all(proceed: Callable[..., Any], call: Call, code: str) -> Coupon:
    """A coupon for a category wants nothing else in the cart."""
    found = call.shop.coupons[code]
    if any(line.item.category != found.category for line in call.require_cart().lines):
        raise Refusal(found.error)
    return found


def _as_unknown(proceed: Callable[..., Any], call: Call, spec: Field, value: Any) -> Any:
    raise Refusal(16002)


def _none(proceed: Callable[..., Any], call: Call, spec: Field, value: Any) -> str:
    return ""


FAULTS: list[Fault] = [
    # each reason
    *(
        fault(
            f"coupon-{right}-by-{wrong}", "COUPON-REFUSED", f"a coupon that is {right} is refused with {wrong}",
            change_error_id(wrong, on=APPLY, when=of(code) & error(right)),
        )
        for code, right, wrong in OTHER_IDS
    ),
    fault(
        "expired-coupon-second-time", "COUPON-REFUSED", "an expired coupon is accepted the second time",
        wrap("coupon", _known, on=APPLY, when=of("EXPIRED") & nth(2), kind="repeat"),
    ),
    fault(
        "early-coupon-in-au", "COUPON-REFUSED", "in EBAY_AU a coupon that is not active yet is accepted",
        wrap("coupon", _known, on=APPLY, when=of("NOTYET") & in_market("EBAY_AU"), kind="marketplace"),
    ),
    fault(
        "used-coupon-yet-applied", "COUPON-REFUSED", "16007 for a used coupon, and yet it is on the session",
        wrap("coupon", _known_yet_refused, on=APPLY, when=of("USED"), kind="applied-though-refused"),
    ),
    fault(
        "withdrawn-coupon-400", "COUPON-REFUSED", "a withdrawn coupon is 16008 with status 400",
        change_status(400, on=APPLY, when=error(16008)),
    ),
    fault(
        "coupon-of-another-site-400", "COUPON-REFUSED", "a coupon of another marketplace is 16012 with status 400",
        change_status(400, on=APPLY, when=error(16012)),
    ),
    fault(
        "members-coupon-with-four-lines", "COUPON-REFUSED", "with four lines a coupon for members is accepted",
        wrap("coupon", _known, on=APPLY, when=of("MEMBERS") & lines(4), kind="lines"),
    ),
    fault(
        "partners-coupon-409", "COUPON-REFUSED", "a coupon for other applications is 16020 with status 409",
        change_status(409, on=APPLY, when=error(16020)),
    ),
    fault(
        "unusable-coupon-409", "COUPON-REFUSED", "a coupon that could not be used is 16024 with status 409",
        change_status(409, on=APPLY, when=error(16024)),
    ),
    fault(
        "coupon-for-another-way-ignored", "COUPON-REFUSED", "a coupon for another shipping option is taken and ignored",
        skip("coupon", on=APPLY, when=of("EXPRESSONLY"), kind="ignored"),
    ),
    # conditions of the cart
    fault(
        "minimum-16000", "COUPON-REFUSED", "an order below the minimum is 16000",
        change_error_id(16000, on=APPLY, when=error(16005)),
    ),
    fault(
        "minimum-unchecked", "COUPON-REFUSED", "a coupon with a minimum is accepted below it and saves nothing",
        wrap("coupon", _known, on=APPLY, when=of("SPEND200")),
    ),
    fault(
        "minimum-counts-delivery", "COUPON-REFUSED", "delivery costs count towards a coupon's minimum",
        wrap("coupon", _with_delivery, on=APPLY, when=of("SPEND100"), kind="boundary"),
    ),
    fault(
        "minimum-must-be-exceeded", "COUPON-REFUSED", "an order of exactly the minimum is refused",
        wrap("coupon", _more_than_the_minimum, on=APPLY, when=of("SPEND100"), kind="boundary"),
    ),
    fault(
        "minimum-counts-lines-once", "COUPON-REFUSED", "towards a minimum each line counts once, whatever its quantity",
        wrap("coupon", _of_one_each, on=APPLY, when=of("SPEND100"), kind="quantity"),
    ),
    fault(
        "category-unchecked-with-quantity", "COUPON-REFUSED", "a coupon for a category is accepted where it fits none",
        wrap("coupon", _known, on=APPLY, when=of("HOME20")),
    ),
    fault(
        "category-wants-all-lines", "COUPON-REFUSED", "a coupon for a category is refused if one line is of another",
        wrap("coupon", _fits_all, on=APPLY, when=of("HOME20"), kind="lines"),
    ),
    # unknown codes
    fault(
        "unknown-coupon-ignored", "COUPON-UNKNOWN", "a made-up code is accepted, and nothing happens",
        skip("coupon", on=APPLY, when=unknown, kind="ignored"),
        also="COUPON-REFUSED",
    ),
    fault(
        "unknown-coupon-listed-in-gb", "COUPON-UNKNOWN", "in EBAY_GB a made-up code is accepted and listed",
        wrap("coupon", _made_up, on=APPLY, when=in_market("EBAY_GB") & unknown),
        also="COUPON-REFUSED",
    ),
    fault(
        "unknown-coupon-crashes", "COUPON-UNKNOWN", "a made-up code is 500 15000",
        wrap("coupon", _crash, on=APPLY, when=unknown, kind="status"),
        also="COUPON-REFUSED",
    ),
    fault(
        "unknown-coupon-404", "COUPON-UNKNOWN", "a made-up code is 16002 with status 404",
        change_status(404, on=APPLY, when=error(16002)),
        also="COUPON-REFUSED",
    ),
    fault(
        "unknown-coupon-16025", "COUPON-UNKNOWN", "a made-up code is 16025",
        change_error_id(16025, on=APPLY, when=error(16002)), also=("COUPON-REFUSED", "SESSION-DOCUMENTED"),
    ),
    # not applied
    fault(
        "coupon-not-applied-by-another-id", "COUPON-NOT-APPLIED", "removing a coupon that is not there is 15003",
        change_error_id(15003, on=REMOVE, when=error(16025)),
    ),
    fault(
        "any-code-removes", "COUPON-NOT-APPLIED", "any code removes the coupon that is there",
        skip("coupon_applied", on=REMOVE, when=coupon, kind="coupon"),
    ),
    fault(
        "removing-nothing-passes", "COUPON-NOT-APPLIED", "without a coupon a removal is answered with 200",
        skip("coupon_applied", on=REMOVE, when=~coupon, kind="ignored"),
    ),
    fault(
        "removing-again-passes", "COUPON-NOT-APPLIED", "removing a coupon once more is answered with 200",
        skip("coupon_applied", on=REMOVE, when=~coupon & after_op(REMOVE), kind="after"),
    ),
    fault(
        "removing-nothing-409", "COUPON-NOT-APPLIED", "removing a coupon that is not there is 16025 with status 409",
        change_status(409, on=REMOVE, when=error(16025)),
    ),
    fault(
        "wrong-code-yet-removed", "COUPON-NOT-APPLIED", "16025 for another code, and yet the coupon is gone",
        refused_yet_applied("coupon_applied", on=REMOVE, when=coupon), kind="applied-though-refused",
    ),
    # no code
    fault(
        "apply-without-code-16002", "COUPON-REQUIRED", "apply_coupon without a code is 16002",
        wrap("field", _as_unknown, on=APPLY, when=left_out, kind="id"),
    ),
    fault(
        "apply-empty-code-ignored", "COUPON-REQUIRED", "apply_coupon with an empty code is accepted and does nothing",
        wrap("field", _none, on=APPLY, when=empty, kind="ignored"),
        skip("single_coupon", on=APPLY, when=uncoded), skip("coupon", on=APPLY, when=uncoded),
    ),
    fault(
        "remove-without-code", "COUPON-REQUIRED", "remove_coupon without a code removes what is there",
        wrap("field", _none, on=REMOVE, when=left_out), skip("coupon_applied", on=REMOVE, when=uncoded),
    ),
    fault(
        "remove-empty-code-16025", "COUPON-REQUIRED", "remove_coupon with an empty code is 16025",
        refuse("field", 16025, on=REMOVE, when=empty, kind="id"),
    ),
    fault(
        "remove-without-code-409", "COUPON-REQUIRED", "remove_coupon without a code is 15001 with status 409",
        refuse("field", 15001, status=409, path="redemptionCode", on=REMOVE, when=left_out, kind="status"),
    ),
]
