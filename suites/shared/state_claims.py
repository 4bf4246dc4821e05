"""The claims that say how two states differ."""

from __future__ import annotations

from typing import Any, Unpack

from conformance.core.addresses import ALWAYS_IN_ADDRESS, flat_address, shows
from conformance.core.exchange import CaseKey
from conformance.judging.amounts import ZERO
from conformance.judging.attribution import Attribution, Found
from conformance.judging.claim import (
    HELD,
    SAME_LINE_IDS,
    SUMMARY,
    Aspect,
    Claim,
    ClaimDetails,
    JqTest,
    Reference,
    amount,
    line_path,
    member_or_null,
    quoted,
    selected_path,
    shown,
    true,
)
from conformance.judging.model import StateKey, StatePart, View, differences


def reported_by_form(name: str, seen: dict[str, object]) -> bool:
    """Whether SESSION-FIELDS tells already that a field is not there."""
    return name in ALWAYS_IN_ADDRESS and name not in seen


def not_read_back(address: dict[str, Any], answer: dict[str, Any], about: str) -> Claim | None:
    """The claim of the first part of an address that was sent and is not shown; None if all are."""
    sent, seen = flat_address(address), flat_address(answer)
    for name, value in sent.items():
        if not shows(name, value, seen.get(name), sent.get("country")) and not reported_by_form(name, seen):
            return true(False, about, f"{name} {value}", address_seen(answer, name), address_test(name, value))
    return None


def address_seen(address: dict[str, Any], name: str) -> Any:
    """The field as the answer has it, null and empty apart from absent."""
    holder, _, last = name.rpartition(".")
    return member_or_null(address.get(holder) if holder else address, last)


def address_test(name: str, value: object) -> str:
    """jq: the session shows this address field, letter case and blanks aside."""
    return f"{_address_value(name)} == ({quoted(value)}|{FOLDED})"


def _address_value(name: str) -> str:
    return f"(.body.shippingAddress.{name}|tostring|{FOLDED})"


FOLDED = 'ascii_downcase|gsub("\\\\s";"")'  # jq: a text without letter case and blanks
BY_WEIGHT = tuple(StatePart)
# What is one finding, whichever part of it differs.
WHOLES = {
    StatePart.LINES: Aspect.CART,
    StatePart.QUANTITY: Aspect.CART,
    StatePart.OPTION: Aspect.OPTION,
    StatePart.COUPONS: Aspect.COUPONS,
    StatePart.ADDRESS: Aspect.ADDRESS,
    StatePart.SUMMARY: Aspect.PRICES,
    StatePart.NET: Aspect.PRICES,
    StatePart.UNIT: Aspect.PRICES,
    StatePart.ID: Aspect.LINE_IDS,
}


def as_claim(
    found: dict[StateKey, tuple[object, object]],
    against: Reference = Reference.PREVIOUS,
    **more: Unpack[ClaimDetails],
) -> Claim:
    """One claim for everything that differs, named by its weightiest part. against: the answer that shows the state before."""
    key = min(found, key=lambda each: BY_WEIGHT.index(each[0]))
    (part, name), (before, after) = key, found[key]
    also = sorted({other for other, _ in found} - {part})
    seen = f"{_plain(after)}" + (f" (and other {', '.join(also)})" if also else "")
    expected = " ".join(filter(None, (part, name, _plain(before))))
    return true(False, WHOLES[part], expected, seen, **_jq(key, against), **more)


def with_zeros(
    found: dict[StateKey, tuple[Any, Any]], before: View | None, after: View
) -> dict[StateKey, tuple[Any, Any]]:
    """Differences with the zeros of a summary, which count as absent, where they stand: they are not nothing."""

    def filled(key: StateKey, value: Any, seen: View | None) -> Any:
        part, name = key
        return seen.summary.get(name) if seen and value is None and part == StatePart.SUMMARY else value

    return {key: (filled(key, pair[0], before), filled(key, pair[1], after)) for key, pair in found.items()}


def _plain(value: object) -> str:
    return ", ".join(sorted(map(str, value))) or "none" if isinstance(value, frozenset) else shown(value)


def _jq(key: StateKey, against: Reference) -> JqTest:
    """The answer shows this part of the state as the other one does: a script knows no value but those of its own answers."""
    if key[0] == StatePart.ID:
        return SAME_LINE_IDS
    value = _value(*key)
    test = JqTest(test=f"{value} == ({against}|{value})", needs=frozenset({against}))
    if key[0] == StatePart.SUMMARY:
        test["look"] = SUMMARY
    return test


def _value(part: StatePart, name: str) -> str:
    """jq: this part of a state, in a form that two answers share."""
    if part == StatePart.LINES:
        return "([.body.lineItems[]?.itemId]|sort)"
    if part == StatePart.QUANTITY:
        return f"[{line_path(name)}.quantity]"
    if part == StatePart.OPTION:
        return f"[{selected_path(name)}]"
    if part == StatePart.COUPONS:
        return "([.body.appliedCoupons[]?.redemptionCode|ascii_downcase]|sort)"
    if part == StatePart.ADDRESS:
        return _address_value(name)
    return f"(({amount_path((part, name))}|(.amount? // .)|.value?) // 0 | tonumber)"


def amount_path(key: StateKey) -> str:
    """The jq path of an amount that follows from the cart (conformance/judging/model.py, `pricing`)."""
    part, name = key
    if part == StatePart.SUMMARY:
        return f"{SUMMARY}.{name}"
    return f"{line_path(name)}.{'netPrice' if part == StatePart.NET else 'baseUnitPrice'}"


def same_amounts(
    name: str,
    earlier: dict[StateKey, Any],
    now: dict[StateKey, Any],
    after: View,
    basis: str = "",
    **more: Unpack[ClaimDetails],
) -> Claim:
    """The claim that each amount is what it was; broken by the first that is not, an amount of the summary before others.

    `shown_in` of `more`: the exchange that showed what they were.
    """
    changed = with_zeros(differences(earlier, now), None, after)
    if not changed:
        return HELD
    key = min(changed, key=lambda key: (key[0] != StatePart.SUMMARY, key))
    want, seen = changed[key]
    path = f"({amount_path(key)}|(.amount? // .))"
    return amount(name, path, want or ZERO, seen, basis=f"{key[1]}{basis}", other=Reference.SHOWN, **more)


def blamed(found: Found, blame: Attribution, words: str, against: Reference = Reference.PREVIOUS) -> Claim:
    """The claim that a refused request changed nothing; a weak one where the change is not what was asked for."""
    assert blame.refusal
    return as_claim(
        found,
        against,
        requirement=blame.requirement,
        case=CaseKey(blame.refusal.operation, words),
        proof=(blame.refusal.exchange,),
        weak=not blame.exact,
    )
