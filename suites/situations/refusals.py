"""Bodies that an operation must refuse, one thing wrong in each, as a row's session or its marketplace gives them.

A body function gets a valid body and returns the broken one. What is expected stands nowhere here: the rules judge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from conformance.core import contract
from conformance.core.profile import Market
from strategies.addresses import CONTROL, MARKUP, TEXT_FIELDS, of_length, whole, with_fields, with_path
from strategies.assignment import ProbeKey
from strategies.broken import FieldPath, fields, named, value_at, with_value, without, wrong_values
from strategies.quantities import INVALID, LATER
from strategies.terms import MISSING, SHAPES
from suites.situations.moment import Moment

Body = dict[str, Any]
Edit = Callable[[Body], Body]
COUPONS_ASIDE = (None, "")  # no code at all: COUPON-REQUIRED
FIELDS_OF_INITIATE: tuple[FieldPath, ...] = (
    ("contactEmail",),
    ("lineItemInputs",),
    ("lineItemInputs", 0, "itemId"),
    ("shippingAddress",),
)
RULE_OF_BOUND = {"limit": "QTY-LIMIT", "stock": "QTY-STOCK", "lot": "QTY-LOT", "removed": "ITEM-REMOVED"}
TEXTS = {
    contract.QUANTITY: ("lineItemId",),
    contract.OPTION: ("lineItemId", "shippingOptionId"),
    contract.APPLY: ("redemptionCode",),
    contract.REMOVE: ("redemptionCode",),
}


@dataclass(frozen=True)
class Broken:
    """A valid body of an operation with one thing wrong. case: in words, the same in every marketplace.

    about: what is wrong, where several values are: these share the levels that they meet.
    """

    requirement: str
    operation: str
    case: str
    edit: Edit
    about: str = ""

    @property
    def group(self) -> str:
        """See Probe."""
        return f"{self.operation} {self.about}" if self.about else ""

    @property
    def key(self) -> ProbeKey:
        """What assigns one that is sent before there is a session to rows."""
        return ProbeKey(self.requirement, Moment.START, self.operation, self.group or self.case, self.case)


def _always(sent: Body) -> Edit:
    return lambda _: sent


def _set(path: FieldPath, value: Any) -> Edit:
    return lambda body: with_value(body, path, value)


def _drop(path: FieldPath) -> Edit:
    return lambda body: without(body, path)


def broken_addresses(market: Market) -> Iterator[tuple[str, str, Body, str]]:
    """(requirement, case, address, about): addresses that a marketplace must refuse."""
    for plain in (*_incomplete(market), *_odd_texts(market)):
        yield *plain, ""
    for requirement, word, countries in (
        ("ADDR-DOMESTIC", "foreign", market.foreign_countries),
        ("ADDR-SANCTION", "sanctioned", market.sanctioned_countries),
    ):
        for index, country in enumerate(countries):
            yield requirement, f"{word} country {index + 1}", with_fields(market.address, country=country), ""
    full = whole(market.name, market.address)
    for path in fields(full):
        for index, value in enumerate(_wrong(path, value_at(full, path), market.name)):
            case = f"{named(path)} {_kind_in_words(index, value)}"
            yield "SESSION-INVALID", case, with_value(full, path, value), named(path)


def _incomplete(market: Market) -> Iterator[tuple[str, str, Body]]:
    """Without a field that is required: a state is only in the US."""
    optional = ("addressLine2", "county", *(() if market.country == "US" else ("stateOrProvince",)))
    for path in fields(market.address):
        if path[-1] not in optional:
            yield "ADDR-REQUIRED", f"no {named(path)}", without(market.address, path)


def _odd_texts(market: Market) -> Iterator[tuple[str, str, Body]]:
    """Lines that are too long, control characters, markup."""
    address, most = market.address, contract.address_line_limit(market.name)
    for name in ("addressLine1", "addressLine2"):
        for extra in (1, 15):
            long = of_length(str(address.get(name, "Unit 7")), most + extra)
            yield "ADDR-LENGTH", f"{name} {extra} too long", with_fields(address, **{name: long})
    for index, name in enumerate((*TEXT_FIELDS, "county")):
        for char in (CONTROL[index % len(CONTROL)], CONTROL[(index + 2) % len(CONTROL)]):
            yield "ADDR-CHARS", f"{name} with {char!r}", with_path(address, name, f"Wal{char}nut Street")
    for text in MARKUP:
        yield "ADDR-CHARS-MARKUP", text, with_fields(address, addressLine1=text[:most])


def _wrong(path: FieldPath, value: Any, market: str) -> list[Any]:
    """Another JSON type, and texts against the field's stated form; suites/generated has every other type."""
    few = list(wrong_values(path, value, market, all_of_them=False))
    return [*few, [value]] if isinstance(value, str) else few


def _kind_in_words(index: int, value: object) -> str:
    kind = "null" if value is None else "empty" if value == "" else type(value).__name__
    return f"as {kind}{f' {index}' if isinstance(value, str) and value else ''}"


def of_address(market: Market) -> Iterator[Broken]:
    """Broken bodies of update_shipping_address."""
    for requirement, case, address, about in broken_addresses(market):
        yield Broken(requirement, contract.ADDRESS, case, _always(address), about)


def of_initiate(market: Market) -> Iterator[Broken]:
    """Broken bodies of initiate; the valid one has the row's items and quantities."""

    def broken(requirement: str, case: str, edit: Callable[[Body], Body], about: str = "") -> Broken:
        return Broken(requirement, contract.INITIATE, case, edit, about)

    for requirement, case, address, about in broken_addresses(market):
        yield broken(requirement, case, _set(("shippingAddress",), address), about)
    for path in (*FIELDS_OF_INITIATE, ("shippingAddress", "recipient")):
        yield broken("SESSION-REQUIRED", f"no {named(path)}", _drop(path))
    yield broken("SESSION-NO-LINES", "an empty list", _set(("lineItemInputs",), []))
    sample = {"contactEmail": "guest@example.com", "lineItemInputs": [{"itemId": "v1|1|0"}], "shippingAddress": {}}
    for path in FIELDS_OF_INITIATE:
        for index, value in enumerate(_wrong(path, value_at(sample, path), market.name)):
            if path == ("lineItemInputs",) and value == []:
                continue  # SESSION-NO-LINES
            case = f"{named(path)} {_kind_in_words(index, value)}"
            yield broken("SESSION-INVALID", case, _set(path, value), named(path))
    last: FieldPath = ("lineItemInputs", -1, "quantity")
    for value in (0, *INVALID):
        yield broken("QTY-INVALID", f"{value!r}", _set(last, value))
    yield broken("QTY-INVALID", "absent", _drop(last))


def of_items(market: Market, most: int) -> Iterator[Broken]:
    """Items that cannot be had, or not so many of them, and more lines than a session holds. most: the maximum of lines."""
    last: FieldPath = ("lineItemInputs", -1)
    for item, role in market.roles.items():
        wrong = {"refused": 1, "removed": 1, "limit": role.amount + 1, "stock": role.amount + 1, "lot": role.amount + 1}
        if role.kind not in wrong:
            continue
        requirement = RULE_OF_BOUND.get(role.kind) or contract.rule_of_need(f"item.{role.kind}.{role.error}")
        if requirement is None:
            continue
        words = f"{role.kind} {role.error or role.amount}"
        yield Broken(requirement, contract.INITIATE, words, _set(last, {"itemId": item, "quantity": wrong[role.kind]}))
        if role.kind in ("limit", "stock"):
            yield Broken(requirement, contract.INITIATE, f"{words}, named twice", _twice(item, role.amount))
    if len(market.plain) > most:
        many = [{"itemId": item, "quantity": 1} for item in market.plain[: most + 1]]
        yield Broken("LINES-MAX", contract.INITIATE, f"{most + 1} lines", _set(("lineItemInputs",), many))


def _twice(item: str, quantity: int) -> Edit:
    """The item in two inputs, each of a quantity that could be had."""
    double = [{"itemId": item, "quantity": quantity}] * 2
    return lambda body: {**body, "lineItemInputs": [*body["lineItemInputs"][:2], *double]}


def of_changes() -> Iterator[Broken]:
    """Broken bodies of the changes of quantity, option and coupon."""
    for value in (*INVALID, *LATER):
        yield Broken("QTY-INVALID", contract.QUANTITY, f"{value!r}", _set(("quantity",), value))
    yield Broken("QTY-INVALID", contract.QUANTITY, "absent", _drop(("quantity",)))
    missing = {contract.QUANTITY: "QTY-UNKNOWN-LINE", contract.OPTION: "SHIP-UNKNOWN"}
    for operation, names in TEXTS.items():
        for name in names:
            if operation in missing:
                yield Broken(missing[operation], operation, f"no {name}", _drop((name,)))
            for index, value in enumerate(_wrong((name,), "text", "")):
                if name == "redemptionCode" and value in COUPONS_ASIDE:
                    continue
                case = f"{name} {_kind_in_words(index, value)}"
                yield Broken("SESSION-INVALID", operation, case, _set((name,), value), name)
    for operation in (contract.APPLY, contract.REMOVE):
        yield Broken("COUPON-REQUIRED", operation, "absent", _always({}))
        yield Broken("COUPON-REQUIRED", operation, "empty", _always({"redemptionCode": ""}))
        yield Broken("COUPON-REQUIRED", operation, "null", _always({"redemptionCode": None}))


def of_terms() -> Iterator[Broken]:
    """Broken marketing terms, accepted and not."""
    for case, change in (MISSING | SHAPES).items():
        yield Broken("PAY-TERMS", contract.PLACE_ORDER, case, change, case)
    for case, change in MISSING.items():
        yield Broken("PAY-TERMS", contract.PLACE_ORDER, f"{case}, not accepted", _not_accepted(change), case)


def _not_accepted(change: Edit) -> Edit:
    refused: FieldPath = ("marketingTerms", 0, "marketingTermsAccepted")
    return lambda body: change(with_value(body, refused, False))
