"""What a rule says of an answer, as data: for a person (expected, actual) and for a script (a jq test of the same thing).

A jq test reads one document `{"status": …, "headers": {lower-case names}, "body": …}` and gives true when the claim
holds. Lines are found by item, never by position or by an id that the next session will not have. What else it reads, it
names by a Reference.
"""

from __future__ import annotations

import json
import operator as operator_module
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, Unpack

from conformance.judging.content.deviation import Deviation, deviation_of

if TYPE_CHECKING:
    from conformance.core.exchange import CaseKey, Exchange


class Aspect(StrEnum):
    """What a claim is about, where code asks for that. The value is the claim's name, as people read it."""

    CART = "cart"
    OPTION = "option"
    ADDRESS = "address"
    COUPONS = "coupons"
    PRICES = "prices"
    LINE_IDS = "id"
    ACCEPTED = "is accepted"
    REFUSED = "is refused"
    REFUSAL_ID = "has the documented id"
    NO_SERVER_ERROR = "has no server error"
    REFUSAL_STATUS = "status of a refusal"


class Reference(StrEnum):
    """What a jq test reads besides the answer that it is about. The value is the variable that a script gives it."""

    FIRST = "$first"  # the answer that made the session
    PREVIOUS = "$previous"  # the last answer before that showed what was asked: the session, or the order
    PAID = "$paid"  # the last answer that showed the session before it was paid
    SHOWN = "$shown"  # the answer that the claim names by `shown_in`
    SESSION = "$session"  # the id of the session that was asked
    ORDER = "$order"  # the id of its order
    OPTION = "$option"  # the id of a shipping option, which the claim holds

    @property
    def is_answer(self) -> bool:
        """Whether it is a whole answer; others are an id."""
        return self in (Reference.FIRST, Reference.PREVIOUS, Reference.PAID, Reference.SHOWN)


class JqTest(TypedDict, total=False):
    """How a script asks for what a claim says: these members of Claim."""

    test: str
    needs: frozenset[Reference]
    option: Any
    look: str


# The parts of a session, as a sentence names them.
STATE_IN_WORDS: dict[str, str] = {
    Aspect.CART: "the cart",
    Aspect.OPTION: "the shipping option",
    Aspect.ADDRESS: "the address",
    Aspect.COUPONS: "the coupons",
    Aspect.PRICES: "the prices",
    Aspect.LINE_IDS: "the line item ids",
}
# Whether a request is carried out, and how a refusal looks: said of the status and the errors alone.
ABOUT_THE_OUTCOME = frozenset(
    {Aspect.ACCEPTED, Aspect.REFUSED, Aspect.REFUSAL_ID, Aspect.NO_SERVER_ERROR, Aspect.REFUSAL_STATUS}
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that must hold. `name` names it without ids and values, so that equal breaches are one finding.

    requirement: set where a rule speaks for another requirement. proof: further exchanges that a reader needs. weak: drop it if the
    run has a breach that explains it (a price that moves by itself blames whatever request came last). look: the jq path of
    what was seen, for the script to show; '' where there is no one place. detail: the case in words, of the answer's own
    operation. sources: (document, place) where the sentence stands, beside those of the requirement. needs: what the test
    reads besides the answer. option: the id of the shipping option among that. shown_in: the exchange of Reference.SHOWN.
    """

    ok: bool
    name: str
    expected: str
    actual: str
    test: str
    requirement: str | None = None
    reading: str | None = None
    case: CaseKey | None = None
    proof: tuple[str, ...] = field(default=())
    weak: bool = False
    look: str = ""
    sources: tuple[tuple[str, str], ...] = ()
    detail: str | None = None
    deviation: str = ""
    needs: frozenset[Reference] = frozenset()
    option: Any = None
    shown_in: str = ""


class ClaimDetails(TypedDict, total=False):
    """What a claim may have besides: these members of Claim."""

    requirement: str | None
    reading: str | None
    case: CaseKey | None
    proof: tuple[str, ...]
    weak: bool
    sources: tuple[tuple[str, str], ...]
    detail: str | None
    deviation: str
    shown_in: str


class ClaimAndTestDetails(ClaimDetails, total=False):
    """The same, and what a jq test of the caller's own reads and looks at."""

    needs: frozenset[Reference]
    option: Any
    look: str


MOST_PAIRS = 6  # of a status and an error id that a sentence lists
HELD = Claim(True, "", "", "", "true")  # nothing but that it held: most claims


def held(name: str = "", **more: Unpack[ClaimAndTestDetails]) -> Claim:
    """A claim that held, with what is worth telling of it, such as the reading that was seen."""
    return Claim(True, name, "", "", "true", **more) if more else HELD


def quoted(value: Any) -> str:
    """A value as a jq literal."""
    return json.dumps(value, ensure_ascii=True, default=str)


def shown(value: Any) -> str:
    """A value for a person, short."""
    if isinstance(value, Decimal):  # the one way to write an amount: 7, 7.0 and 7.00 are all 7.00
        whole, _, part = f"{value:f}".partition(".")
        return f"{whole}.{part:0<2}"
    if value is None:
        return "nothing"
    if value == []:
        return "none"
    words = value if isinstance(value, str) and value.strip() else json.dumps(value, ensure_ascii=False, default=str)
    return words if len(words) <= 200 else words[:197] + "…"


def member_or_null(node: Any, name: str) -> Any:
    """A member as it is shown: null is not the same as not there."""
    value = node.get(name) if isinstance(node, dict) else None
    return "null" if value is None and isinstance(node, dict) and name in node else value


@lru_cache(maxsize=4096)  # each claim about a line names its path, held or not
def line_path(item: str | None) -> str:
    """The jq path of the line of that item."""
    return f"(.body.lineItems[]|select(.itemId=={quoted(item)}))"


def selected_path(item: str | None) -> str:
    """The jq path of the id of the shipping option that the line of that item has selected."""
    return f"({line_path(item)}.shippingOptions[]|select(.selected).shippingOptionId)"


def selected_option(item: str | None, expected: Any) -> JqTest:
    """The line of that item has the shipping option selected that has this id in the run, and another in the next session."""
    test = f"[{selected_path(item)}] == [{Reference.OPTION}]"
    return JqTest(test=test, needs=frozenset({Reference.OPTION}), option=expected)


def equal(name: str, path: str, expected: Any, actual: Any, **more: Unpack[ClaimDetails]) -> Claim:
    """The value at `path` (jq, from the document's root) is `expected`."""
    if expected == actual:
        return held(name, **more)
    more.setdefault("deviation", deviation_of(expected, actual))
    return Claim(False, name, shown(expected), shown(actual), f"[{path}] == [{quoted(expected)}]", look=path, **more)


def selects(name: str, item: str | None, expected: Any, actual: Any) -> Claim:
    """The option that the line of that item has selected is `expected`."""
    claim = equal(name, selected_path(item), expected, actual)
    return claim if claim.ok else replace(claim, **selected_option(item, expected))


def amount(
    name: str,
    path: str,
    expected: Decimal,
    actual: Decimal | None,
    basis: str = "",
    other: Reference | None = None,
    **more: Unpack[ClaimDetails],
) -> Claim:
    """The Amount at `path` has the value `expected`; an absent one counts as zero. other: the answer that shows that value."""
    if expected == (actual or 0):
        return held(name, **more)
    more.setdefault("deviation", deviation_of(expected, actual))
    value = f"(([{path}.value? // 0 | tonumber] | add // 0) * 10000 | round)"
    return Claim(
        False,
        name,
        shown(expected) + (f" ({basis})" if basis else ""),
        shown(actual),
        f"{value} == " + (f"({other}|{value})" if other else str(int(expected * 10000))),
        look=f"{path}.value?",
        needs=frozenset({other} if other else ()),
        **more,
    )


class AnswerPath(NamedTuple):
    """Where values stand in an answer: the jq path, and what people call them. folded: whether letters' case counts not."""

    jq: str
    label: str
    folded: bool = False


ITEMS = AnswerPath(".body.lineItems[]?.itemId", "lineItems")
LINE_IDS = AnswerPath(".body.lineItems[]?.lineItemId", "line item ids")
COUPONS = AnswerPath(".body.appliedCoupons[]?.redemptionCode", "appliedCoupons", folded=True)
ERROR_IDS = AnswerPath(".body.errors[]?.errorId", "errors")
WARNING_IDS = AnswerPath(".body.warnings[]?.errorId", "warnings")


class Operator(NamedTuple):
    """A comparison of the values at a path with what is expected: in Python, in words and in jq over `$values`."""

    holds: Callable[[Sequence[Any], Any], bool]
    words: str
    jq: str


HOLDS = Operator(lambda values, expected: expected in values, "{expected} in {label}", "index({jq}) != null")
LACKS = Operator(lambda values, expected: expected not in values, "no {expected} in {label}", "index({jq}) == null")
ONCE = Operator(
    lambda values, expected: list(values).count(expected) == 1,
    "{expected} once in {label}",
    "map(select(. == {jq}))|length == 1",
)
NONE = Operator(lambda values, _: not values, "none in {label}", "length == 0")
AT_MOST_ONE = Operator(lambda values, _: len(values) <= 1, "one in {label}", "length <= 1")
DISTINCT = Operator(
    lambda values, _: len({str(value) for value in values}) == len(values),
    "all different in {label}",
    "length == (unique|length)",
)
AMONG = Operator(
    lambda values, expected: all(value in expected for value in values),
    "{label}: nothing but {expected}",
    "all(.[]; . as $value | {jq}|index($value) != null)",
)
FILLED = Operator(
    lambda values, _: bool(values) and all(str(value).strip() for value in values),
    "{label} that is not empty",
    'any(.[]; . != null and . != "")',
)


def compare(
    name: str, path: AnswerPath, operator: Operator, expected: Any, actual: Sequence[Any], **more: Unpack[ClaimDetails]
) -> Claim:
    """The values at a path as the operator has it. Sentence and jq follow from path, operator and expected value."""
    values, wanted = ([fold(value) for value in actual], fold(expected)) if path.folded else (actual, expected)
    if operator.holds(values, wanted):
        return held(name, **more)
    words = operator.words.format(expected=shown(expected), label=path.label)
    steps = f"{path.jq}|ascii_downcase" if path.folded else path.jq
    test = operator.jq.replace("{jq}", quoted(wanted))
    seen_too_much = operator in (LACKS, NONE)
    more.setdefault("deviation", Deviation.UNASKED if seen_too_much else deviation_of(True, list(actual)))
    return Claim(False, name, words, shown(list(actual)), f"[{steps}]|{test}", look=path.jq, **more)


def fold(value: Any) -> Any:
    """A text without the case of its letters."""
    return value.casefold() if isinstance(value, str) else value


# How a value is related to that of another answer: in Python, in words and as jq.
RELATIONS: dict[str, tuple[Callable[[Any, Any], bool], str]] = {
    "==": (operator_module.eq, "{expected}"),
    "!=": (operator_module.ne, "another than {expected}"),
    "<": (operator_module.lt, "less than {expected}"),
    ">": (operator_module.gt, "more than {expected}"),
}


def related(
    name: str, path: str, relation: str, other: Reference, expected: Any, actual: Any, **more: Unpack[ClaimDetails]
) -> Claim:
    """The value at `path` has a relation to an id, or to the value at the same path of another answer."""
    holds, words = RELATIONS[relation]
    if holds(actual, expected):
        return held(name, **more)
    more.setdefault("deviation", deviation_of(expected, actual))
    return Claim(
        False,
        name,
        words.format(expected=shown(expected)),
        shown(actual),
        f"{path} {relation} " + (f"({other}|{path})" if other.is_answer else other),
        look=path,
        needs=frozenset({other}),
        **more,
    )


def true(ok: bool, name: str, expected: str, actual: Any, test: str, **more: Unpack[ClaimAndTestDetails]) -> Claim:
    """Any other claim, with the jq test that says the same."""
    if ok:
        return held(name, **more)
    more.setdefault("deviation", deviation_of(expected, actual))
    return Claim(ok, name, expected, shown(actual), test, **more)


def refused(
    ok: bool, name: str, pairs: Iterable[tuple[int, int]], actual: str, **more: Unpack[ClaimAndTestDetails]
) -> Claim:
    """A refusal with one of the (status, errorId) pairs. The first is the rule's own, which a reader should see first."""
    listed = list(dict.fromkeys(pairs))
    test = " or ".join(
        f"(.status=={status} and any(.body.errors[]?; .errorId=={error_id}))" for status, error_id in listed
    )
    own, *others = [f"{status} {error_id}" for status, error_id in listed[:MOST_PAIRS]] or ["an error of the method"]
    others += ["any other documented refusal"] if len(listed) > MOST_PAIRS else []
    expected = f"refused with {own}" + (f" (also taken: {', '.join(others)})" if others else "")
    return Claim(ok, name, expected, actual, f"({test or 'false'})", **more)


def warned(exchange: Exchange, error_id: int, case: CaseKey | None = None) -> Iterator[Claim]:
    """The answer has this warning; nothing is said where its warnings cannot be read."""
    if exchange.warnings_known:
        yield compare("the warning", WARNING_IDS, HOLDS, error_id, exchange.warning_ids, case=case)


SAME_LINE_IDS = JqTest(
    test="([.body.lineItems[]?|{key:.itemId,value:.lineItemId}]|from_entries) as $now"
    f" | ([{Reference.FIRST}.body.lineItems[]?|{{key:.itemId,value:.lineItemId}}]|from_entries) as $before"
    " | all($now|to_entries[]; ($before[.key] // .value) == .value)",
    needs=frozenset({Reference.FIRST}),
)
SUMMARY = ".body.pricingSummary"
JQ_REFUSED = ".status >= 400 and .status < 500"
JQ_ACCEPTED = '.status == 200 and (.body|type) == "object" and (.body|has("errors")|not)'
