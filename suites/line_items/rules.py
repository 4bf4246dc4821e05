"""Line items and quantity: how many lines, which quantities, which items; what quantity 0 does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from conformance.core import contract
from conformance.core.exchange import CaseKey
from conformance.core.made_up import is_made_up_item
from conformance.core.profile import Role
from conformance.core.requirement import SessionPhase
from conformance.core.stubs import stubs_in
from conformance.judging.claim import (
    DISTINCT,
    ERROR_IDS,
    HOLDS,
    ITEMS,
    LACKS,
    Claim,
    compare,
    equal,
    held,
    line_path,
    quoted,
    warned,
)
from conformance.judging.content.request_schema import INT32
from conformance.judging.context import ONLY_SUCCESS, RefusalReason, RuleContext, always
from conformance.judging.model import Line, StatePart, differences, keyed, once, state
from conformance.judging.registry import AnswerKind, demands, refuses

DEFAULT_MAXIMA = (4, 10)


class AskedItem(NamedTuple):
    """An item of a request, and what the profile says of it."""

    item: str
    quantity: int
    role: Role | None


def inputs(context: RuleContext) -> list[dict[str, Any]]:
    """The line item inputs of an initiate that are objects."""
    return context.line_inputs if context.operation == contract.INITIATE else []


@refuses("LINES-MAX")
def more_lines_than_a_session_holds(context: RuleContext) -> Iterator[RefusalReason]:
    """A profile that names no maximum: 4 or 10, and whichever it is, the same each time."""
    given = inputs(context)
    distinct = len(context.items_asked) if given else 0
    few, many = DEFAULT_MAXIMA
    most = context.profile.max_line_items or (few if 0 < context.world.fewest_refused <= many else many)
    if distinct > most:
        yield RefusalReason("LINES-MAX", f"{most} and one more")
    elif len(given) > most or (context.profile.max_line_items is None and distinct > few >= context.world.most_lines):
        yield RefusalReason("LINES-MAX", certain=False, lawful=_more_inputs_than_lines)


def _more_inputs_than_lines(context: RuleContext) -> str:
    shown = len(context.answer.lines) if context.answer else 0
    return "merged" if shown < len(inputs(context)) else "more"


@refuses("LINES-OWN")
def the_same_item_twice(context: RuleContext) -> Iterator[RefusalReason]:
    items = [line_input.get("itemId") for line_input in inputs(context)]
    if len(set(map(str, items))) < len(items):
        yield RefusalReason("LINES-OWN", certain=False, any_of="documented", lawful=_lines_of_a_double)


def _lines_of_a_double(context: RuleContext) -> str:
    count = len(context.answer.lines) if context.answer else 0
    return "two lines" if count == len(inputs(context)) else "sum"


@demands("LINES-OWN")
def each_item_is_its_own_line(context: RuleContext) -> Iterator[Claim]:
    items = [line_input.get("itemId") for line_input in inputs(context)]
    if context.answer is None or len(set(map(str, items))) < len(items) or context.exchange.warning_ids or not items:
        return
    yield compare("a line of its own for each item", ITEMS, DISTINCT, None, context.answer.items)


@demands("QTY-SET")
def the_quantity_is_set_on_that_line(context: RuleContext) -> Iterator[Claim]:
    wanted, target = context.body.get("quantity"), context.named_line
    if (
        not wanted
        or target is None
        or target.item is None
        or context.before is None
        or context.answer is None
        or context.session is None
    ):
        return
    seen = keyed(context.answer).get(context.key_of(target))
    if not context.answer.lines_known or (seen and seen.quantity is None):
        return  # told by SESSION-FIELDS
    yield equal("quantity of the line", f"{line_path(target.item)}.quantity", wanted, seen.quantity if seen else None)
    if context.session.in_doubt:
        return
    changed = differences(state(context.before), state(context.answer))
    named = context.key_of(target)
    others = [(part, item) for part, item in changed if part == StatePart.QUANTITY and item != named]
    for key in others[:1]:
        before, after = changed[key]
        yield equal("quantity of another line", f"{line_path(key[1])}.quantity", before, after)


@demands("QTY-ZERO")
def quantity_zero_removes_just_that_line(context: RuleContext) -> Iterator[Claim]:
    target = context.named_line
    if context.body.get("quantity") != 0 or target is None or context.before is None or context.answer is None:
        return
    if context.session is None or context.session.in_doubt or not context.answer.lines_known:
        return
    rest = sorted(line.item or "" for line in context.before.lines.values() if line is not target)
    yield equal(
        "the items that are left",
        "([.body.lineItems[]?.itemId]|sort)",
        rest,
        sorted(context.answer.items),
        case=CaseKey(context.operation, _place(context, target)),
    )


def _place(context: RuleContext, target: Line) -> str:
    assert context.before
    count = len(context.before.lines)
    at_place = [line is target for line in context.before.lines.values()].index(True)
    words = {0: "the first", count - 1: "the last"}
    return "the only line" if count == 1 else f"{words.get(at_place, 'a middle one')} of {count}"


@refuses("QTY-LAST")
def the_session_is_empty(context: RuleContext) -> Iterator[RefusalReason]:
    if context.session and context.session.phase == SessionPhase.EMPTY and context.operation in contract.CHANGES:
        yield RefusalReason("QTY-LAST", lasts=True)  # no change adds a line
    elif (
        context.session
        and context.operation == contract.QUANTITY
        and context.body.get("quantity") == 0
        and _last(context)
    ):
        yield RefusalReason("QTY-LAST", "the last line", certain=False, lawful=always)


def _last(context: RuleContext) -> bool:
    return context.before is not None and len(context.before.lines) == 1 and context.named_line is not None


@once
def quantities(context: RuleContext) -> list[tuple[str, int]]:
    """Each (item, whole quantity) that the request wants."""
    return list(_quantities(context))


@once
def asked(context: RuleContext) -> list[AskedItem]:
    """The same, with what the profile says of each item."""
    profile = context.profile
    return [AskedItem(item, count, profile.role(context.sold_in, item)) for item, count in quantities(context)]


def _quantities(context: RuleContext) -> Iterator[tuple[str, int]]:
    if context.operation == contract.QUANTITY:
        target = context.named_line
        wanted = context.body.get("quantity")
        if target and target.item and isinstance(wanted, int) and not isinstance(wanted, bool):
            yield target.item, wanted
    sums: dict[str, int] = {}
    for line_input in inputs(context):
        count = line_input.get("quantity")
        if isinstance(line_input.get("itemId"), str) and isinstance(count, int) and not isinstance(count, bool):
            sums[line_input["itemId"]] = sums.get(line_input["itemId"], 0) + count
    yield from sums.items()


def _beyond(context: RuleContext, kind: str) -> Iterator[str]:
    for _, wanted, role in asked(context):
        if role is None or role.kind != kind or not 0 < wanted <= INT32:
            continue
        if kind == "lot" and wanted % role.amount:
            yield f"{wanted} where the lot is {role.amount}"
        elif kind != "lot" and wanted > role.amount:
            yield f"{wanted} where the {kind} is {role.amount}"


def _line_taken_out(context: RuleContext) -> str | None:
    """In initiate the line may be taken out with warning 15055 in place of a refusal. What was asked for is not all there."""
    if context.operation != contract.INITIATE or 15055 not in context.exchange.warning_ids:
        return None
    there = context.answer.pieces if context.answer else Counter[str]()
    return None if all(there[item] >= wanted for item, wanted in quantities(context)) else ONLY_SUCCESS


@demands("QTY-LAST", "PAY-EMPTY", on=AnswerKind.REFUSED)
def a_session_that_cannot_be_emptied(context: RuleContext) -> Iterator[Claim]:
    """The reading that the last line stays: then no session without lines can be paid either."""
    if (
        context.session
        and context.session.phase == SessionPhase.OPEN
        and context.body.get("quantity") == 0
        and _last(context)
        and contract.EMPTY_CART in context.exchange.error_ids
    ):
        for operation, owner in ((contract.PLACE_ORDER, "PAY-EMPTY"), (context.operation, "QTY-LAST")):
            yield held(
                requirement=owner,
                case=CaseKey(operation),
                reading="a session cannot be emptied",
            )


@refuses("QTY-STOCK")
def more_than_is_in_stock(context: RuleContext) -> Iterator[RefusalReason]:
    for detail in _beyond(context, "stock"):
        yield RefusalReason("QTY-STOCK", detail, lawful=_line_taken_out)


STOCK_OF_PLAIN = 20  # pieces that a plain item has in stock, and may be sold at once


@refuses("QTY-STOCK")
def more_than_is_ample(context: RuleContext) -> Iterator[RefusalReason]:
    if any(quantity > STOCK_OF_PLAIN for _, quantity in quantities(context)):
        yield RefusalReason("QTY-STOCK", f"more than {STOCK_OF_PLAIN}", ids=(15012, 15013, 15014), certain=False)


@refuses("QTY-LIMIT")
def more_than_one_buyer_may_have(context: RuleContext) -> Iterator[RefusalReason]:
    for detail in _beyond(context, "limit"):
        yield RefusalReason("QTY-LIMIT", detail, lawful=_line_taken_out)


@refuses("QTY-LOT")
def no_multiple_of_the_lot(context: RuleContext) -> Iterator[RefusalReason]:
    for detail in _beyond(context, "lot"):
        yield RefusalReason("QTY-LOT", detail, lawful=_line_taken_out)


@refuses("QTY-INVALID")
def no_valid_quantity(context: RuleContext) -> Iterator[RefusalReason]:
    for problem in context.problems:
        if problem.field == "quantity":
            if problem.kind == "fraction":
                yield RefusalReason("QTY-INVALID", quoted(problem.value), when="number", certain=False, lawful=always)
                continue
            number = isinstance(problem.value, int | float) and not isinstance(problem.value, bool)
            huge = number and abs(problem.value) > INT32
            yield RefusalReason(
                "QTY-INVALID",
                f"{quoted(problem.value) if problem.kind != 'missing' else 'absent'}",
                when="huge" if huge else "number" if number else "",
            )
    for given in inputs(context):
        if given.get("quantity") == 0 and not isinstance(given.get("quantity"), bool):
            yield RefusalReason("QTY-INVALID", "0 in initiate", when="number")


@refuses("QTY-UNKNOWN-LINE")
def a_line_that_is_not_there(context: RuleContext) -> Iterator[RefusalReason]:
    if context.operation == contract.QUANTITY and context.session and context.named_line is None:
        wanted = context.body.get("lineItemId")
        if wanted is None or isinstance(wanted, str):
            yield RefusalReason("QTY-UNKNOWN-LINE", any_of="documented")


# ---------------------------------------------------------------- items by role

REFUSED = "item.refused."  # before the error id, in the needs of a requirement
ITEM_RULES = {  # the requirement of each id with which an item is refused
    int(need.removeprefix(REFUSED)): rule.id
    for rule in contract.requirements().values()
    for needs in rule.needs
    for need in contract.alternatives(needs)
    if need.startswith(REFUSED)
}


@once
def refused_items(context: RuleContext) -> list[Role]:
    """The roles of the items of a new session that the profile says are refused."""
    if context.operation != contract.INITIATE:
        return []
    return [wanted.role for wanted in asked(context) if wanted.role and wanted.role.kind == "refused"]


@refuses(*dict.fromkeys(ITEM_RULES.values()))
def an_item_that_is_refused(context: RuleContext) -> Iterator[RefusalReason]:
    for role in refused_items(context):
        if role.error in ITEM_RULES:
            lawful = _line_taken_out if role.error in (15013, 15053) else None
            yield RefusalReason(ITEM_RULES[role.error], f"{role.error}", lawful=lawful)


@refuses("ITEM-UNKNOWN")
def an_item_of_no_listing(context: RuleContext) -> Iterator[RefusalReason]:
    if context.operation != contract.INITIATE:
        return
    stubs = {stub.subject for stub in stubs_in(context.profile, context.request)}
    unknown = [wanted.item for wanted in asked(context) if wanted.role is None and wanted.item not in stubs]
    if unknown:
        certain = any(map(is_made_up_item, unknown))  # of any other item the profile just may not know
        yield RefusalReason("ITEM-UNKNOWN", certain=certain, any_of="" if certain else "documented")


def _removed(context: RuleContext) -> list[tuple[str, Role]]:
    """The items of a new session that the profile says are taken out, and what it says of them."""
    if context.operation != contract.INITIATE:
        return []
    return [(item, role) for item, _, role in asked(context) if role and role.kind == "removed"]


@refuses("ITEM-REMOVED")
def nothing_else_is_left(context: RuleContext) -> Iterator[RefusalReason]:
    gone = {item for item, _ in _removed(context)}
    if gone and {item for item, _ in quantities(context)} <= gone:
        yield RefusalReason("ITEM-REMOVED", "alone")


@demands("ITEM-REMOVED")
def the_item_is_taken_out_with_a_warning(context: RuleContext) -> Iterator[Claim]:
    for item, role in _removed(context):
        case = CaseKey(context.operation, str(role.error))
        yield from warned(context.exchange, role.error, case)
        left = context.answer.items if context.answer else []
        yield compare("that line is gone", ITEMS, LACKS, item, left, case=case)
        if context.answer and context.answer.lines_known and (kept := _kept(context)):
            first = next((other for other in kept if other not in left), kept[0])
            yield compare("the rest is kept", ITEMS, HOLDS, first, left, case=case)


def _kept(context: RuleContext) -> list[str]:
    """The items of a request that nothing speaks against."""
    return [item for item, _, role in asked(context) if role and role.kind in ("plain", "warned", "at_payment")]


@demands("ITEM-WARNED")
def the_item_is_sold_with_a_warning(context: RuleContext) -> Iterator[Claim]:
    if context.answer is None or context.operation not in (contract.INITIATE, contract.READ):
        return
    marketplace = context.sold_in
    for item in context.answer.items:
        role = context.profile.role(marketplace, item)
        if role and role.kind == "warned":
            yield from warned(context.exchange, role.error, CaseKey(context.operation, str(role.error)))


OWN_IDS = {15018, 15053, 15013}


@demands("ITEM-OWN-ID", on=AnswerKind.REFUSED)
def the_refusal_has_the_id_of_its_cause(context: RuleContext) -> Iterator[Claim]:
    roles = [wanted.role for wanted in asked(context)]
    for role in roles:
        if (
            role
            and role.kind == "refused"
            and len(roles) == 1
            and role.error in ITEM_RULES
            and ITEM_RULES[role.error] not in context.broken
            and set(context.exchange.error_ids) & OWN_IDS
        ):
            case = CaseKey(context.operation, str(role.error))
            yield compare("the id of the cause", ERROR_IDS, HOLDS, role.error, context.exchange.error_ids, case=case)
