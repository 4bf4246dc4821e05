"""Money, exact: integers of minor units everywhere, one rounding (half up) for each percentage.

Promotions come off the line; the coupon's discount is shared among the lines it fits, in proportion to what is left
of each; tax is on the rest; delivery and import charges are per line, fees per piece. Each part is a step of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mock_server.catalogue.model import Coupon, Fee, Option, Promotion
from mock_server.domain.shop import Call
from mock_server.domain.state import Cart, Line


@dataclass(slots=True)
class Row:
    """A line's amounts in minor units."""

    line: Line
    unit: int = 0
    gross: int = 0
    promotions: list[tuple[Promotion, int]] = field(default_factory=list)
    share: int = 0
    fees: list[Fee] = field(default_factory=list)
    delivery: int = 0
    delivery_discount: int = 0
    imports: int = 0
    adjustment: int = 0
    tax: int = 0

    @property
    def discount(self) -> int:
        return sum(amount for _, amount in self.promotions)

    @property
    def net(self) -> int:
        return self.gross - self.discount - self.share


@dataclass(slots=True)
class Bill:
    """The summary's amounts in minor units, and the rows they come from."""

    rows: list[Row]
    subtotal: int = 0
    discount: int = 0
    delivery: int = 0
    delivery_discount: int = 0
    tax: int = 0
    import_tax: int = 0
    fee: int = 0
    imports: int = 0
    adjustment: int = 0
    savings: int = 0
    total: int = 0


def portion(amount: int, basis_points: int) -> int:
    """A percentage of an amount that is not negative, rounded half up."""
    return (amount * basis_points + 5000) // 10000


def bill(call: Call, cart: Cart) -> Bill:
    rows = [call.run("row", line) for line in cart.lines]
    call.run("shares", cart, rows)
    bill = Bill(rows)
    for row in rows:
        row.tax = call.run("tax", cart, row)
        bill.subtotal += row.gross
        bill.discount += row.discount
        bill.delivery += row.delivery - row.delivery_discount
        bill.delivery_discount += row.delivery_discount
        bill.tax += row.tax
        bill.fee += sum(fee.amount for fee in row.fees)
        bill.imports += row.imports
        bill.adjustment += row.adjustment
        bill.savings += row.share
        if row.line.item.abroad and cart.market.tax is not None and cart.market.tax.on_imports:
            bill.import_tax += row.tax
    bill.total = total(bill)
    return bill


def total(bill: Bill) -> int:
    """The documents' formula; import tax is a part of the tax already."""
    goods = bill.subtotal - bill.discount
    return goods + bill.delivery + bill.tax + bill.adjustment + bill.fee + bill.imports - bill.savings


def row(call: Call, line: Line) -> Row:
    row = Row(line)
    row.unit = call.run("unit", line)
    row.gross = row.unit * line.quantity
    row.promotions = call.run("promotions", row)
    row.fees = call.run("fees", line)
    row.delivery, row.delivery_discount = call.run("delivery", line, line.selected)
    row.imports = call.run("imports", line, line.selected)
    row.adjustment = call.run("adjustment", line)
    return row


def unit(call: Call, line: Line) -> int:
    return line.item.price


def promotions(call: Call, row: Row) -> list[tuple[Promotion, int]]:
    """Each with what it takes off the line; never more than there is."""
    left, taken = row.gross, []
    for promotion in row.line.item.promotions:
        amount = portion(row.gross, promotion.percent) + promotion.each * row.line.quantity
        if promotion.bogo:
            amount += row.line.quantity // 2 * row.unit
        amount = min(amount, left)
        left -= amount
        if amount:
            taken.append((promotion, amount))
    return taken


def fees(call: Call, line: Line) -> list[Fee]:
    return [Fee(fee.kind, fee.amount * line.quantity) for fee in line.item.fees]


def delivery(call: Call, line: Line, option: Option) -> tuple[int, int]:
    """Cost and discount of an option for a line."""
    return option.cost, option.discount


def imports(call: Call, line: Line, option: Option) -> int:
    return option.imports


def adjustment(call: Call, line: Line) -> int:
    return line.item.adjustment


def tax(call: Call, cart: Cart, row: Row) -> int:
    """What is added to the price; tax that is in it already is not."""
    tax, item = cart.market.tax, row.line.item
    if tax is None or not item.taxed or (tax.included and not (item.abroad and tax.on_imports)):
        return 0
    return portion(row.net, tax.rate)


def spendable(call: Call, cart: Cart, coupon: Coupon) -> tuple[int, list[Row]]:
    """The rows that a coupon fits, and their worth after promotions."""
    rows = [call.run("row", line) for line in cart.lines]
    fits = [row for row in rows if coupon.category in ("", row.line.item.category)]
    return sum(row.gross - row.discount for row in fits), fits


def shares(call: Call, cart: Cart, rows: list[Row]) -> None:
    """Gives each row its share of the coupon's discount; a coupon whose condition does not hold any more gives nothing.

    The cents that the division leaves go to the rows by item id, so that the order of lines does not matter.
    """
    coupon = cart.coupon
    if coupon is None:
        return
    fits = [row for row in rows if coupon.category in ("", row.line.item.category)]
    fits.sort(key=lambda row: row.line.item.id)
    worth = sum(row.gross - row.discount for row in fits)
    if worth == 0 or worth < coupon.minimum:
        return
    whole = portion(worth, coupon.percent) if coupon.percent else min(coupon.value, worth)
    for row in fits:
        row.share = whole * (row.gross - row.discount) // worth
    left = whole - sum(row.share for row in fits)
    for row in fits:
        if left and row.net > 0:
            row.share += 1
            left -= 1


STEPS = {
    step.__name__: step
    for step in (
        bill,
        row,
        unit,
        promotions,
        fees,
        delivery,
        imports,
        adjustment,
        tax,
        shares,
    )
}
