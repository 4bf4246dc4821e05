"""The sums of this chapter as jq, over one answer: a script computes them anew, whatever the prices are by then."""

from __future__ import annotations

from dataclasses import replace

from conformance.judging.claim import Claim

DEFS = 'def n: (.value? // "0")|tonumber; def same($a; $b): ($a - $b | fabs) < 0.005; '
PROMOTIONS = '([.promotions[]?|select(.promotionType != "COUPON").discount|n]|add // 0)'
SELECTED = "(.shippingOptions[]?|select(.selected == true))"
# What the part of the summary must be: by line, and by unit where the documents leave it open.
SUMS = {
    "priceSubtotal": ("(.baseUnitPrice|n) * .quantity",),
    "priceDiscount": (PROMOTIONS,),
    "fee": ("([.fees[]?.amount|n]|add // 0)", "([.fees[]?.amount|n]|add // 0) * .quantity"),
    "deliveryCost": (
        f"({SELECTED}|(.baseDeliveryCost|n) - (.deliveryDiscount|n))",
        f"({SELECTED}|(.baseDeliveryCost|n) - (.deliveryDiscount|n)) * .quantity",
    ),
    "importCharges": (f"({SELECTED}|.importCharges|n)", f"({SELECTED}|.importCharges|n) * .quantity"),
}
SHORT = f"((.baseUnitPrice|n) * .quantity - {PROMOTIONS} - (.netPrice|n))"
TOTAL = (
    "($p.priceSubtotal|n) - ($p.priceDiscount|n) + ($p.deliveryCost|n) + ($p.tax|n) + ($p.fee|n)"
    " + ($p.importCharges|(.amount? // .)|n) - ($p.additionalSavings|n)"
)


def summed(claim: Claim, name: str) -> Claim:
    """The claim that a part of the summary is the sum over the lines."""
    sums = ", ".join(f"([.body.lineItems[]?|{path}]|add // 0)" for path in SUMS[name])
    seen = f"(.body.pricingSummary.{name}|(.amount? // .)|n)"
    return replace(claim, test=f"{DEFS}{seen} as $seen | any({sums}; same(.; $seen))")


def saved(claim: Claim) -> Claim:
    """The claim that the savings are what the net prices are short of, tax in them or not."""
    short = f"([.body.lineItems[]?|{SHORT}]|add // 0)"
    given = ".body.pricingSummary as $p | ($p.additionalSavings|n) as $seen"
    return replace(claim, test=f"{DEFS}{given} | any({short}; same(.; $seen) or same(.; $seen - ($p.tax|n)))")


def totalled(claim: Claim) -> Claim:
    """The claim that the total is the formula, a positive adjustment added or taken off."""
    adjusted = "($p.adjustment.amount|n)"
    test = f"{DEFS}.body.pricingSummary as $p | ({TOTAL}) as $sum | ($p.total|n) as $seen"
    return replace(
        claim,
        test=f"{test} | same($sum + {adjusted}; $seen) or ({adjusted} > 0 and same($sum - {adjusted}; $seen))",
    )
