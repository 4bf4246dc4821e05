"""Faults about discount, delivery, fee, import charges and savings."""

from __future__ import annotations

from typing import Any

from mock_server.domain.pricing import Bill
from mock_server.domain.shop import Call
from mock_server.domain.state import Cart
from mock_server.faults.money.totals import SHOWN
from mock_server.injection import (
    QUANTITY,
    Fault,
    after,
    cart_contains,
    coupon,
    drop,
    fault,
    in_market,
    large_quantity,
    lines,
    other_option,
    plus,
    rebill,
    request_has,
    since,
    stale,
)


def _discount_has_delivery(bill: Bill) -> None:
    bill.discount += bill.delivery_discount


def _discount_has_savings(bill: Bill) -> None:
    bill.discount += bill.savings


def _discount_of_the_first(bill: Bill) -> None:
    bill.discount = bill.rows[0].discount


def _delivery_before_discounts(bill: Bill) -> None:
    bill.delivery += bill.delivery_discount


def _delivery_once(bill: Bill) -> None:
    """The parcels go together, so the dearest is all that is paid for."""
    bill.delivery = max(row.delivery - row.delivery_discount for row in bill.rows)


def _delivery_by_piece_above_three(bill: Bill) -> None:
    bill.delivery += sum(
        (row.delivery - row.delivery_discount) * (row.line.quantity - 1) for row in bill.rows if row.line.quantity > 3
    )


def _delivery_with_gst(bill: Bill) -> None:
    bill.delivery += bill.delivery // 10


def _first_fee_only(bill: Bill) -> None:
    bill.fee = sum(row.fees[0].amount for row in bill.rows if row.fees)


def _fee_without_the_last(bill: Bill) -> None:
    bill.fee -= sum(fee.amount for fee in bill.rows[-1].fees)


def _imports_of_first_options(bill: Bill) -> None:
    bill.imports = sum(row.line.item.options[0].imports for row in bill.rows)


def _imports_of_all_options(bill: Bill) -> None:
    bill.imports = sum(option.imports for row in bill.rows for option in row.line.item.options)


def _imports_once(bill: Bill) -> None:
    bill.imports = max((row.imports for row in bill.rows), default=0)


def _savings_with_discount(bill: Bill) -> None:
    bill.savings += bill.discount


def _savings_eat_delivery(bill: Bill) -> None:
    bill.savings += bill.delivery


def _cent_for_nothing(call: Call, shown: dict[str, Any], cart: Cart, bill: Bill) -> None:
    """Savings of a cent, though there is no coupon; the total is right with them."""
    market = cart.market
    shown["additionalSavings"] = call.run("amount", 1, market)
    shown["total"] = call.run("amount", bill.total - 1, market)


imported = cart_contains(lambda item: item.abroad)

FAULTS: list[Fault] = [
    # discount
    fault(
        "discount-has-delivery-discounts", "PRICE-DISCOUNT", "delivery discounts are in priceDiscount as well",
        rebill(_discount_has_delivery, on=SHOWN, kind="field"),
    ),
    fault(
        "discount-has-the-coupon", "PRICE-DISCOUNT", "priceDiscount has the coupon's share as well",
        rebill(_discount_has_savings, on=SHOWN, when=coupon),
    ),
    fault(
        "discount-of-first-line-with-three", "PRICE-DISCOUNT", "with three lines only the first one's promotions count",
        rebill(_discount_of_the_first, on=SHOWN, when=lines(3)),
    ),
    fault(
        "discount-stale-after-quantity", "PRICE-DISCOUNT", "priceDiscount does not follow a change of a quantity",
        stale("discount", on=QUANTITY), also="QTY-SET",
    ),
    fault(
        "discount-cent-in-ca", "PRICE-DISCOUNT", "in EBAY_CA priceDiscount has a cent more than the promotions",
        rebill(plus(discount=1), on=SHOWN, when=in_market("EBAY_CA")),
    ),
    fault(
        "discount-cent-second-time", "PRICE-DISCOUNT", "from the second change of a quantity on it has a cent more",
        rebill(plus(discount=1), on=SHOWN, when=since(QUANTITY, least=2), kind="repeat"),
    ),
    # delivery
    fault(
        "delivery-before-discounts", "PRICE-DELIVERY", "deliveryCost leaves out the delivery discounts",
        rebill(_delivery_before_discounts, on=SHOWN, kind="field"),
    ),
    fault(
        "delivery-once-with-three", "PRICE-DELIVERY", "with three lines or more only the dearest delivery is paid",
        rebill(_delivery_once, on=SHOWN, when=lines(3)),
    ),
    fault(
        "delivery-by-piece-above-three", "PRICE-DELIVERY", "a line of more than three pays its delivery for each piece",
        rebill(_delivery_by_piece_above_three, on=SHOWN, when=large_quantity),
    ),
    fault(
        "delivery-cent-with-coupon", "PRICE-DELIVERY", "with a coupon delivery is a cent dearer than its options say",
        rebill(plus(delivery=1), on=SHOWN, when=coupon),
    ),
    fault(
        "delivery-with-gst-in-au", "PRICE-DELIVERY", "in EBAY_AU deliveryCost is a tenth more than its options say",
        rebill(_delivery_with_gst, on=SHOWN, when=in_market("EBAY_AU")),
    ),
    fault(
        "delivery-stale-after-removal", "PRICE-DELIVERY", "a line that was taken out still costs delivery",
        stale("delivery", on=QUANTITY, when=request_has(quantity=0)), also="QTY-ZERO",
    ),
    # fee
    fault(
        "fee-of-first-kind-only", "PRICE-FEE", "of a line with two fees the summary has the first",
        rebill(_first_fee_only, on=SHOWN, kind="field"),
    ),
    fault(
        "fee-cent-with-three", "PRICE-FEE", "with three lines or more the fee has a cent more",
        rebill(plus(fee=1), on=SHOWN, when=lines(3)),
    ),
    fault(
        "no-fee-in-ca", "PRICE-FEE", "in EBAY_CA the summary has no fee, and the lines have",
        rebill(lambda bill: setattr(bill, "fee", 0), on=SHOWN, when=in_market("EBAY_CA")),
    ),
    fault(
        "fee-stale-after-quantity", "PRICE-FEE", "the fee does not follow a change of a quantity",
        stale("fee", on=QUANTITY), also="QTY-SET",
    ),
    fault(
        "fee-without-last-of-four", "PRICE-FEE", "with four lines the last one's fee is not in the summary",
        rebill(_fee_without_the_last, on=SHOWN, when=lines(4)),
    ),
    fault(
        "fee-twice-with-coupon", "PRICE-FEE", "with a coupon the fee is counted twice",
        rebill(lambda bill: setattr(bill, "fee", bill.fee * 2), on=SHOWN, when=coupon),
    ),
    # import charges
    fault(
        "imports-of-first-options", "PRICE-IMPORT", "import charges are always those of the first options",
        rebill(_imports_of_first_options, on=SHOWN, when=other_option), also="SHIP-SET",
    ),
    fault(
        "imports-of-all-options", "PRICE-IMPORT", "import charges are those of all options together",
        rebill(_imports_of_all_options, on=SHOWN, when=imported),
    ),
    fault(
        "imports-once", "PRICE-IMPORT", "of several lines only the dearest pays import charges",
        rebill(_imports_once, on=SHOWN, when=lines(2)),
    ),
    fault(
        "imports-cent-above-three", "PRICE-IMPORT", "with more than three of a line import charges have a cent more",
        rebill(plus(imports=1), on=SHOWN, when=imported & large_quantity, kind="quantity"),
    ),
    fault(
        "no-imports-in-hk", "PRICE-IMPORT", "in EBAY_HK the summary has no import charges, and the options have",
        rebill(lambda bill: setattr(bill, "imports", 0), on=SHOWN, when=in_market("EBAY_HK")),
        drop("pricingSummary.importCharges", on=SHOWN, when=in_market("EBAY_HK"), kind="marketplace"),
    ),
    # savings
    fault(
        "savings-cent-more", "PRICE-SAVINGS", "additionalSavings is a cent more than what the lines save",
        rebill(plus(savings=1), on=SHOWN, when=coupon, kind="cent"),
    ),
    fault(
        "savings-have-promotions", "PRICE-SAVINGS", "with three lines additionalSavings has the promotions as well",
        rebill(_savings_with_discount, on=SHOWN, when=coupon & lines(3), kind="lines"),
    ),
    fault(
        "savings-eat-delivery-in-us", "PRICE-SAVINGS", "in EBAY_US a coupon takes delivery off as well",
        rebill(_savings_eat_delivery, on=SHOWN, when=in_market("EBAY_US") & coupon),
    ),
    fault(
        "savings-stale-after-quantity", "PRICE-SAVINGS", "additionalSavings does not follow a change of a quantity",
        stale("savings", on=QUANTITY, when=coupon), also="QTY-SET",
    ),
    fault(
        "savings-without-coupon", "PRICE-SAVINGS", "without a coupon a cart saves a cent",
        after("summary_view", _cent_for_nothing, on=SHOWN, when=~coupon & lines(1), kind="cent"),
    ),
]
