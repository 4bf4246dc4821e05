"""Money: every amount follows from others in the same answer, to the cent, after every step. Nothing here knows a price."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache, lru_cache

from conformance.core import contract
from conformance.judging.amounts import ZERO, Amount
from conformance.judging.claim import HELD, SUMMARY, Claim, amount, held, line_path, shown, true
from conformance.judging.context import RuleContext
from conformance.judging.model import Line, View, all_amounts, cart_key, lasting, once
from conformance.judging.registry import demands, shows
from suites.money import jq
from suites.money.jq import summed, totalled
from suites.money.sums import FORMULAS, READINGS, TOTALLED, credits, formula, has_parts, sums
from suites.money.tax import in_net_prices as tax_in_net_prices
from suites.shared.state_claims import same_amounts

# Whose sentence says that an amount follows its change: an amount that just stood still is that rule's breach as well.
FOLLOWS = {"QTY-SET": contract.QUANTITY, "QTY-ZERO": contract.QUANTITY, "SHIP-SET": contract.OPTION}


@once
def _units(context: RuleContext) -> dict[tuple[str, str], Decimal]:
    """The unit prices that hold here; what was paid before the run may have cost something else."""
    return {} if context.profile.prepaid_as(context.request.subject) else context.world.units


@once
def _wrong_units(context: RuleContext) -> Line | None:
    """A line whose unit price is not the price that its item had before."""
    market, units = context.sold_in, _units(context)
    for shown_line in context.answer.lines.values() if context.answer else ():
        known = units.get((market, shown_line.item or ""))
        if known is not None and shown_line.unit is not None and shown_line.unit != known:
            return shown_line
    return None


@demands("PRICE-UNIT")
def a_unit_has_one_price(context: RuleContext) -> Iterator[Claim]:
    wrong, market, units = _wrong_units(context), context.sold_in, _units(context)
    if wrong:
        price, path = units[market, wrong.item or ""], f"{line_path(wrong.item)}.baseUnitPrice"
        yield amount("baseUnitPrice", path, price, wrong.unit, basis="as before")
    elif context.answer and any([(market, line.item) in units for line in context.answer.lines.values()]):
        yield HELD


Judged = dict[str, tuple[list[Decimal], Decimal]]


@once
def _judged_sums(view: View) -> Judged:
    """The lawful values of each part of the summary, and what is shown; without those of which nothing can be said."""
    found: Judged = {}
    for name, values in sums(view).items() if view.summary else ():
        if name not in view.unreadable and (name in view.summary or name == "importCharges"):
            found[name] = values, view.summary.get(name, ZERO)
    return found


def _path(name: str) -> str:
    return f"({SUMMARY}.{name}|(.amount? // .))"


def _sum_rule(requirement: str, name: str) -> None:
    """Registers the rule about one part of the summary."""

    @shows(requirement)
    def the_summary_is_the_sum(view: View) -> Iterator[Claim]:
        judged = _judged_sums(view).get(name)
        if judged is None:
            return
        values, given = judged
        if given not in values:
            seen = view.summary.get(name)
            yield summed(amount(name, _path(name), values[0], seen, basis=FORMULAS[name]), name)
            return
        reading = None
        if len(values) > 1 and values[0] != values[1]:
            reading = READINGS[name][values.index(given)]
        # A sum of zeros holds whatever the formula is, so it is no evidence.
        if values[0] or name in ("priceSubtotal", "deliveryCost"):
            yield held(name, reading=reading)


_sum_rule("PRICE-SUBTOTAL", "priceSubtotal")
_sum_rule("PRICE-DISCOUNT", "priceDiscount")
_sum_rule("PRICE-DELIVERY", "deliveryCost")
_sum_rule("PRICE-FEE", "fee")
_sum_rule("PRICE-IMPORT", "importCharges")


@once
def _wrong_sums(view: View) -> Judged:
    """The parts of the summary that are not their sums."""
    return {name: judged for name, judged in _judged_sums(view).items() if judged[1] not in judged[0]}


def _follow_rule(requirement: str, operation: str) -> None:
    @demands(requirement)
    def amounts_follow_their_change(context: RuleContext) -> Iterator[Claim]:
        """An amount that is wrong, and just what it was before the change."""
        before, view = context.before, context.answer
        if before is None or view is None or context.another_cart:
            return
        if contract.owner_of_answer_to(operation, context.body) != requirement:
            return
        wrong = _wrong_sums(view)
        for name, (values, given) in wrong.items():
            if name == "priceSubtotal" and _wrong_units(context):
                continue
            if given in sums(before).get(name, []) and (before.summary.get(name) or ZERO) == given:
                claim = amount("prices follow", _path(name), values[0], view.summary.get(name), basis=name)
                yield summed(claim, name)
        want = None if wrong else _wrong_total(context)
        if want is None or not before.summary.keys() >= TOTALLED:
            return
        if before.summary["total"] == view.summary["total"] == formula(before.summary):
            yield totalled(amount("prices follow", f"{SUMMARY}.total", want, view.summary["total"], basis="total"))


for _requirement, _operation in FOLLOWS.items():
    _follow_rule(_requirement, _operation)


@shows("PRICE-NET")
def a_net_price_is_the_line_less_its_discounts(view: View) -> Iterator[Claim]:
    if not view.lines or "additionalSavings" in view.unreadable:
        return
    known = {line.id: (_goods(line), line.net) for line in view.lines.values()}
    before_coupon = {name: goods for name, (goods, net) in known.items() if goods is not None and net is not None}
    if len(before_coupon) < len(known):
        return
    shares = {name: goods - (known[name][1] or ZERO) for name, goods in before_coupon.items()}
    saved, tax = view.summary.get("additionalSavings", ZERO), view.summary.get("tax", ZERO)
    if tax_in_net_prices([(goods, goods - shares[name]) for name, goods in before_coupon.items()], view):
        yield held("netPrice", reading=TAX_IN_NET_PRICE)
        return
    for shown_line in view.lines.values():
        share, goods = shares[shown_line.id], before_coupon[shown_line.id]
        if (
            shown_line.coupon_promotion is not None
            and shown_line.coupon_promotion - tax <= share <= shown_line.coupon_promotion
        ):
            continue  # less than the coupon's share only by a tax that is in the net price
        if shown_line.coupon_promotion is not None or (share and not saved) or share < min(ZERO, -tax) or share > goods:
            yield _net_price(shown_line, goods, saved, tax)
            return
    if _takes_off_delivery(view, shares.values()):
        yield held("netPrice", reading=OFF_DELIVERY)
        return
    other_rule = not view.coupons and not view.of_order  # savings without a coupon: PRICE-SAVINGS
    if saved > 0 and not other_rule and not any(shares.values()) and any(value for value in before_coupon.values()):
        yield true(
            False,
            "the coupon's share",
            "net prices less their share of the coupon",
            "net prices without it",
            f"([.body.lineItems[].netPrice.value|tonumber]|add) < {sum(before_coupon.values(), ZERO)}",
        )
        return
    yield held("netPrice", detail="with a coupon" if saved else "")


def _takes_off_delivery(view: View, shares: Iterable[Decimal]) -> bool:
    """Whether a coupon saves the delivery, which no net price holds, and nothing of the goods."""
    saved = view.summary.get("additionalSavings", ZERO)
    return bool(view.coupons) and saved > 0 and not any(shares) and saved == view.summary.get("deliveryCost")


def _goes_on_with_delivery(view: View, shares: Decimal) -> bool:
    """Whether a coupon that leaves nothing of the net prices takes off delivery as well."""
    rest = view.summary.get("additionalSavings", ZERO) - shares
    free = all(line.net == 0 for line in view.lines.values())
    return bool(view.coupons) and free and 0 < rest <= view.summary.get("deliveryCost", ZERO)


def _net_price(shown_line: Line, goods: Decimal, saved: Decimal, tax: Decimal) -> Claim:
    """The claim that a wrong net price breaks; how much of a coupon falls on one line is not said anywhere."""
    path = f"{line_path(shown_line.item)}.netPrice"
    if shown_line.coupon_promotion is not None or not saved:
        want = goods - (shown_line.coupon_promotion or ZERO)
        return amount("netPrice", path, want, shown_line.net, basis="baseUnitPrice × quantity − discounts")
    test = f"({path}.value|tonumber) as $net | $net >= 0 and $net <= {goods + max(tax, ZERO)}"
    return true(
        False, "netPrice", f"0.00 to {shown(goods)} (baseUnitPrice × quantity − discounts)", shown_line.net, test
    )


def _goods(shown_line: Line) -> Decimal | None:
    if shown_line.unit is None or shown_line.quantity is None or shown_line.promotion is None:
        return None
    return shown_line.unit * shown_line.quantity - shown_line.promotion


@shows("PRICE-SAVINGS")
def savings_are_what_the_lines_save(view: View) -> Iterator[Claim]:
    if not view.lines:
        return
    parts = [(_goods(line), line.net) for line in view.lines.values()]
    saved = view.summary.get("additionalSavings", ZERO)
    if not view.coupons_known or "additionalSavings" in view.unreadable:
        return
    if not view.of_order and not view.coupons:
        yield amount("no savings without a coupon", f"{SUMMARY}.additionalSavings", ZERO, saved)
        return
    known = [(goods, net) for goods, net in parts if goods is not None and net is not None]
    if len(known) < len(parts):
        return
    shares = sum((goods - net for goods, net in known), ZERO)
    if tax_in_net_prices(known, view):
        yield held("additionalSavings", reading=TAX_IN_NET_PRICE)
        return
    if _takes_off_delivery(view, [shares]) or _goes_on_with_delivery(view, shares):
        yield held("additionalSavings", reading=OFF_DELIVERY)
        return
    path, given = f"{SUMMARY}.additionalSavings", view.summary.get("additionalSavings")
    claim = amount("additionalSavings", path, shares, given, basis="what the net prices are short of")
    yield claim if claim.ok else jq.saved(claim)


@once
def _wrong_total(context: RuleContext) -> Decimal | None:
    """What the total has to be by its formula, if it is something else."""
    view = context.answer
    if view is None or not has_parts(view):
        return None
    want = formula(view.summary)
    right = want == view.summary["total"] or credits(view, want) or view.summary["total"] in _corrected(context, view)
    return None if right else want


@demands("PRICE-TOTAL")
def the_total_follows_its_formula(context: RuleContext) -> Iterator[Claim]:
    view = context.answer
    if view is None or not has_parts(view):
        return
    want = _wrong_total(context)
    if want is None:
        credit = bool(view.summary.get("adjustment")) and credits(view, formula(view.summary))
        reading = "a positive adjustment is a credit" if credit else None
        yield held("total", reading=reading)
        return
    yield totalled(
        amount("total", f"{SUMMARY}.total", want, view.summary["total"], basis="by the formula of the total")
    )


def _corrected(context: RuleContext, view: View) -> set[Decimal]:
    """The total with a wrong part put right: that part's breach is the finding of its own rule."""
    right = sums(view)
    wrong = {name: values[0] for name, values in right.items() if view.summary.get(name, ZERO) not in values}
    market = context.sold_in
    subtotal = ZERO
    for shown_line in view.lines.values():
        subtotal += _units(context).get((market, shown_line.item or ""), shown_line.unit or ZERO) * (
            shown_line.quantity or 0
        )
    found = {formula(view.summary | wrong)} if wrong else set()
    return found | ({formula(view.summary | wrong | {"priceSubtotal": subtotal})} if _wrong_units(context) else set())


@demands("PRICE-STABLE")
def the_same_cart_has_the_same_price(context: RuleContext) -> Iterator[Claim]:
    session = context.session
    if (
        context.answer is None
        or not context.answer.lines
        or (session and session.tainted)
        or context.operation == contract.READ_ORDER
        or context.profile.prepaid_as(context.request.subject)
    ):
        return
    key = (context.sold_in, *cart_key(context.answer))
    if key not in context.world.prices:
        return
    earlier, proof = context.world.prices[key]
    if context.operation == contract.READ:
        yield HELD
        return
    now = lasting(context.answer)
    words = " of the same cart earlier"
    yield same_amounts("the same cart", earlier, now, context.answer, words, shown_in=proof, proof=(proof,))


OFF_DELIVERY = "the coupon takes off the delivery"
TAX_IN_NET_PRICE = "tax is in the net price"
PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@cache
def _decimals() -> dict[str, int]:
    return {marketplace["currency"]: marketplace["decimals"] for marketplace in contract.marketplaces().values()}


@lru_cache(maxsize=4096)
def _shape(currency: str, value: str) -> tuple[bool, bool]:
    """Whether a decimal has too many places for its currency, and whether it is below zero."""
    if not PLAIN.fullmatch(value):
        return False, False
    too_long = len(value.partition(".")[2]) > _decimals().get(currency, 3)
    return too_long, value.startswith("-") and any(digit in value for digit in "123456789")


Odd = tuple[str, str, str, bool, bool]


def _odd(found: list[Amount]) -> list[Odd]:
    """The amounts with too many places for their currency, or below zero: where, currency, value, and which of the two."""
    shaped = [(*entry, *_shape(*entry[1:])) for entry in found if entry[2].__class__ is str]
    return [entry for entry in shaped if entry[3] or entry[4]]


@once
def _odd_amounts(view: View) -> list[Odd]:
    return _odd(all_amounts(view))


def _has_credit(view: View | None) -> bool:
    """Whether an adjustment lowers the total, perhaps below zero."""
    if view is None:
        return False
    return view.summary.get("adjustment", ZERO) < 0 or (has_parts(view) and credits(view, formula(view.summary)))


def _may_be_negative(context: RuleContext, path: str) -> bool:
    if path.endswith("adjustment.amount") or (path.endswith("pricingSummary.total") and _has_credit(context.answer)):
        return True
    if context.answer is None or not path.startswith("pricingSummary"):
        return False
    return bool(_wrong_sums(context.answer)) or _wrong_total(context) is not None  # a wrong sum has any sign


@demands("PRICE-FORM")
def amounts_are_decimals_of_their_currency(context: RuleContext) -> Iterator[Claim]:
    """Decimals and sign; the pattern of a decimal string is checked with the other forms."""
    odd = _odd_amounts(context.answer) if context.answer else _odd(context.amounts)
    for path, currency, value, too_long, negative in odd:
        if too_long:
            most = _decimals().get(currency, 3)
            yield true(
                False,
                f"{path} decimals",
                f"at most {most} decimals",
                value,
                'all(.body|..|objects|select(has("currency") and has("value")).value|tostring; '
                f'test("\\\\.[0-9]{{{most + 1},}}$")|not)',
            )
            return
        if negative and not _may_be_negative(context, path):
            yield true(
                False,
                f"{path} sign",
                "no negative amount",
                value,
                f'.body.{path}|(.. |strings|startswith("-"))|not'
                if "[]" not in path
                else f'all(.body.{path}; .value|startswith("-")|not)',
                look=SUMMARY if path.startswith("pricingSummary") else "",
            )
            return
    yield HELD
