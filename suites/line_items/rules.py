"""Line items and quantity: how many lines, which quantities, which items; what quantity 0 does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.core import contract
from conformance.core.stubs import stubs_in
from conformance.judging.claim import Claim, equal, line, quoted, true, warned
from conformance.judging.judge import At, Ground, demands, refuses
from conformance.judging.model import Line, differences, keyed, state
from conformance.judging.request_schema import INT32

DEFAULT_MAXIMA = (4, 10)


def inputs(at: At) -> list[dict[str, Any]]:
    """The line item inputs of an initiate that are objects."""
    listed = at.body.get("lineItemInputs") if at.operation == contract.INITIATE else None
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def named_line(at: At) -> Line | None:
    """The session's line that a change names."""
    wanted = at.body.get("lineItemId")
    lines = at.before.lines.values() if at.before else ()
    return next((one for one in lines if one.raw.get("lineItemId") == wanted), None)


@refuses("LINES-MAX")
def more_lines_than_a_session_holds(at: At) -> Iterator[Ground]:
    """A profile that names no maximum: 4 or 10, and whichever it is, the same each time."""
    given = inputs(at)
    distinct = len({one.get("itemId") for one in given if isinstance(one.get("itemId"), str)})
    few, many = DEFAULT_MAXIMA
    most = at.profile.max_line_items or (few if at.world.fewest_refused else many)
    if distinct > most:
        yield Ground("LINES-MAX", f"{most} and one more")
    elif len(given) > most or (at.profile.max_line_items is None and distinct > few >= at.world.most_lines):
        yield Ground("LINES-MAX", certain=False, lawful=lambda _: f"{many} lines are taken")


@refuses("LINES-OWN")
def the_same_item_twice(at: At) -> Iterator[Ground]:
    items = [one.get("itemId") for one in inputs(at)]
    if len(set(map(str, items))) < len(items):
        yield Ground("LINES-OWN", certain=False, any_of="documented", lawful=_lines_of_a_double)


def _lines_of_a_double(at: At) -> str:
    count = len(at.answer.lines) if at.answer else 0
    return "two lines" if count == len(inputs(at)) else "one line with the sum"


@demands("LINES-OWN")
def each_item_is_its_own_line(at: At) -> Iterator[Claim]:
    items = [one.get("itemId") for one in inputs(at)]
    if at.answer is None or len(set(map(str, items))) < len(items) or at.exchange.warning_ids or not items:
        return
    seen = at.answer.items
    yield true(
        len(seen) == len(set(seen)),
        "a line of its own for each item",
        f"{len(items)} lines",
        seen,
        "([.body.lineItems[].itemId]|length) == ([.body.lineItems[].itemId]|unique|length)",
    )


@demands("QTY-SET")
def the_quantity_is_set_on_that_line(at: At) -> Iterator[Claim]:
    wanted, target = at.body.get("quantity"), named_line(at)
    if (
        not wanted
        or target is None
        or target.item is None
        or at.before is None
        or at.answer is None
        or at.session is None
    ):
        return
    seen = keyed(at.answer).get(_key(at, target))
    if not at.answer.lines_known or (seen and seen.quantity is None):
        return  # told by SESSION-FIELDS
    at.cart_differs |= seen is None or seen.quantity != wanted
    yield equal("quantity of the line", f"{line(target.item)}.quantity", wanted, seen.quantity if seen else None)
    if at.session.in_doubt:
        return
    changed = differences(state(at.before), state(at.answer))
    others = [key for key in changed if key[0] == "quantity" and key[1] != _key(at, target)]
    for key in others[:1]:
        before, after = changed[key]
        yield equal("quantity of another line", f"{line(key[1])}.quantity", before, after)


def _key(at: At, target: Line) -> str:
    assert at.before
    return next((key for key, one in keyed(at.before).items() if one is target), target.id)


@demands("QTY-ZERO")
def quantity_zero_removes_just_that_line(at: At) -> Iterator[Claim]:
    target = named_line(at)
    if at.body.get("quantity") != 0 or target is None or at.before is None or at.answer is None:
        return
    if at.session is None or at.session.in_doubt or not at.answer.lines_known:
        return
    rest = sorted(one.item or "" for one in at.before.lines.values() if one is not target)
    yield equal(
        "the items that are left",
        "([.body.lineItems[]?.itemId]|sort)",
        rest,
        sorted(at.answer.items),
        case=f"{at.operation} {_place(at, target)}",
    )


def _place(at: At, target: Line) -> str:
    assert at.before
    count = len(at.before.lines)
    at_place = [one is target for one in at.before.lines.values()].index(True)
    words = {0: "the first", count - 1: "the last"}
    return "the only line" if count == 1 else f"{words.get(at_place, 'a middle one')} of {count}"


@refuses("QTY-LAST")
def the_session_is_empty(at: At) -> Iterator[Ground]:
    if at.session and at.session.phase == "empty" and at.operation in contract.CHANGES:
        yield Ground("QTY-LAST")
    elif at.session and at.operation == contract.QUANTITY and at.body.get("quantity") == 0 and _last(at):
        yield Ground("QTY-LAST", "the last line", certain=False, lawful=lambda _: "the last line can be removed")


def _last(at: At) -> bool:
    return at.before is not None and len(at.before.lines) == 1 and named_line(at) is not None


def asked(at: At) -> Iterator[tuple[str, int]]:
    """Each (item, whole quantity) that the request wants."""
    if at.operation == contract.QUANTITY:
        target = named_line(at)
        wanted = at.body.get("quantity")
        if target and target.item and isinstance(wanted, int) and not isinstance(wanted, bool):
            yield target.item, wanted
    sums: dict[str, int] = {}
    for one in inputs(at):
        count = one.get("quantity")
        if isinstance(one.get("itemId"), str) and isinstance(count, int) and not isinstance(count, bool):
            sums[one["itemId"]] = sums.get(one["itemId"], 0) + count
    yield from sums.items()


def _beyond(at: At, kind: str) -> Iterator[str]:
    for item, wanted in asked(at):
        role = at.profile.role(at.session.marketplace if at.session else at.request.marketplace, item)
        if role is None or role.kind != kind or not 0 < wanted <= INT32:
            continue
        if kind == "lot" and wanted % role.amount:
            yield f"{wanted} where the lot is {role.amount}"
        elif kind != "lot" and wanted > role.amount:
            yield f"{wanted} where the {kind} is {role.amount}"


def _line_taken_out(at: At) -> str | None:
    """In initiate the line may be taken out with warning 15055 in place of a refusal."""
    return (
        "the line is removed with warning 15055"
        if at.operation == contract.INITIATE and 15055 in at.exchange.warning_ids
        else None
    )


@demands("QTY-LAST", on="refused")
def a_session_that_cannot_be_emptied(at: At) -> Iterator[Claim]:
    """The reading that the last line stays: then no session without lines can be paid either."""
    if (
        at.session
        and at.session.phase == "open"
        and at.body.get("quantity") == 0
        and _last(at)
        and 15019 in at.exchange.error_ids
    ):
        for operation, owner in ((contract.PLACE_ORDER, "PAY-EMPTY"), (at.operation, "QTY-LAST")):
            yield true(
                True, "", "", "", "true", requirement=owner, case=operation, reading="a session cannot be emptied"
            )


@refuses("QTY-STOCK")
def more_than_is_in_stock(at: At) -> Iterator[Ground]:
    for condition in _beyond(at, "stock"):
        yield Ground("QTY-STOCK", condition, lawful=_line_taken_out)


AMPLE = 20  # pieces that a plain item has in stock, and may be sold at once


@refuses("QTY-STOCK")
def more_than_is_ample(at: At) -> Iterator[Ground]:
    if any(quantity > AMPLE for _, quantity in asked(at)):
        yield Ground("QTY-STOCK", f"more than {AMPLE}", ids=(15012, 15013, 15014), certain=False)


@refuses("QTY-LIMIT")
def more_than_one_buyer_may_have(at: At) -> Iterator[Ground]:
    for condition in _beyond(at, "limit"):
        yield Ground("QTY-LIMIT", condition, lawful=_line_taken_out)


@refuses("QTY-LOT")
def no_multiple_of_the_lot(at: At) -> Iterator[Ground]:
    for condition in _beyond(at, "lot"):
        yield Ground("QTY-LOT", condition, lawful=_line_taken_out)


@refuses("QTY-INVALID")
def no_valid_quantity(at: At) -> Iterator[Ground]:
    for one in at.problems:
        if one.field == "quantity":
            number = isinstance(one.value, int | float) and not isinstance(one.value, bool)
            huge = number and abs(one.value) > INT32
            yield Ground(
                "QTY-INVALID",
                f"{quoted(one.value) if one.kind != 'missing' else 'absent'}",
                when="huge" if huge else "number" if number else "",
            )
    for given in inputs(at):
        if given.get("quantity") == 0 and not isinstance(given.get("quantity"), bool):
            yield Ground("QTY-INVALID", "0 in initiate", when="number")


@refuses("QTY-UNKNOWN-LINE")
def a_line_that_is_not_there(at: At) -> Iterator[Ground]:
    if at.operation == contract.QUANTITY and at.session and named_line(at) is None:
        wanted = at.body.get("lineItemId")
        if wanted is None or isinstance(wanted, str):
            yield Ground("QTY-UNKNOWN-LINE", any_of="documented")


# ---------------------------------------------------------------- items by role

ITEM_RULES = {
    15018: "ITEM-ENDED",
    15017: "ITEM-SELLER-UNPAID",
    15026: "ITEM-NOT-SHIPPABLE",
    15028: "ITEM-NOT-SHIPPABLE",
    15031: "ITEM-BUYER-BLOCKED",
    15044: "ITEM-NOT-HERE",
    15045: "ITEM-SELLER-AWAY",
    15053: "ITEM-UNAVAILABLE",
    20002: "ITEM-SELLER-UNAVAILABLE",
    15013: "ITEM-OUT-OF-STOCK",
}


def _refused_item(requirement: str) -> None:
    @refuses(requirement)
    def an_item_that_is_refused(at: At) -> Iterator[Ground]:
        for item, _ in asked(at) if at.operation == contract.INITIATE else ():
            role = at.profile.role(at.request.marketplace, item)
            if role and role.kind == "refused" and ITEM_RULES.get(role.error) == requirement:
                yield Ground(
                    requirement, f"{role.error}", lawful=_line_taken_out if role.error in (15013, 15053) else None
                )


for _requirement in sorted(set(ITEM_RULES.values())):
    _refused_item(_requirement)


@refuses("ITEM-UNKNOWN")
def an_item_of_no_listing(at: At) -> Iterator[Ground]:
    stubs = {one.subject for one in stubs_in(at.profile, at.request)}
    unknown = [
        item for item, _ in asked(at) if at.profile.role(at.request.marketplace, item) is None and item not in stubs
    ]
    if at.operation == contract.INITIATE and unknown:
        yield Ground(
            "ITEM-UNKNOWN", certain=at.why == "ITEM-UNKNOWN", any_of="" if at.why == "ITEM-UNKNOWN" else "documented"
        )


def _removed(at: At) -> list[str]:
    roles = [(item, at.profile.role(at.request.marketplace, item)) for item, _ in asked(at)]
    return (
        [item for item, role in roles if role and role.kind == "removed"] if at.operation == contract.INITIATE else []
    )


@refuses("ITEM-REMOVED")
def nothing_else_is_left(at: At) -> Iterator[Ground]:
    gone = _removed(at)
    if gone and {item for item, _ in asked(at)} <= set(gone):
        yield Ground("ITEM-REMOVED", "alone")


@demands("ITEM-REMOVED")
def the_item_is_taken_out_with_a_warning(at: At) -> Iterator[Claim]:
    for item in _removed(at):
        role = at.profile.role(at.request.marketplace, item)
        assert role
        case = f"{at.operation} {role.error}"
        yield from warned(at.exchange, role.error, case)
        yield true(
            item not in (at.answer.items if at.answer else []),
            "that line is gone",
            f"no line of {item}",
            "still there",
            f"all(.body.lineItems[]?; .itemId != {quoted(item)})",
            case=case,
        )
        lost = [one for one in _kept(at) if at.answer and at.answer.lines_known and one not in at.answer.items]
        yield true(
            not lost,
            "the rest is kept",
            f"a line of {lost[0] if lost else 'each other item'}",
            "no such line",
            f"any(.body.lineItems[]?; .itemId == {quoted(lost[0] if lost else '')})",
            case=case,
        )


def _kept(at: At) -> list[str]:
    """The items of a request that nothing speaks against."""
    roles = [(item, at.profile.role(at.request.marketplace, item)) for item, _ in asked(at)]
    return [item for item, role in roles if role and role.kind in ("plain", "warned", "at_payment")]


@demands("ITEM-WARNED")
def the_item_is_sold_with_a_warning(at: At) -> Iterator[Claim]:
    if at.answer is None or at.operation not in (contract.INITIATE, contract.READ):
        return
    marketplace = at.session.marketplace if at.session else at.request.marketplace
    for item in at.answer.items:
        role = at.profile.role(marketplace, item)
        if role and role.kind == "warned":
            yield from warned(at.exchange, role.error, f"{at.operation} {role.error}")


OWN_IDS = {15018, 15053, 15013}


@demands("ITEM-OWN-ID", on="refused")
def the_refusal_has_the_id_of_its_cause(at: At) -> Iterator[Claim]:
    roles = [at.profile.role(at.request.marketplace, item) for item, _ in asked(at)]
    for role in roles:
        if (
            role
            and role.kind == "refused"
            and len(roles) == 1
            and role.error in ITEM_RULES
            and ITEM_RULES[role.error] not in at.failed
            and set(at.exchange.error_ids) & OWN_IDS
        ):
            yield true(
                role.error in at.exchange.error_ids,
                "the id of the cause",
                f"errorId {role.error}",
                at.exchange.error_ids,
                f"any(.body.errors[]?; .errorId=={role.error})",
                case=f"{at.operation} {role.error}",
            )
