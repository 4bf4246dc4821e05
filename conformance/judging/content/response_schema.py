"""Answers against the contract's response schemas, compiled once. One claim for each departure, without list positions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs

from conformance.core import contract
from conformance.core.exchange import RecordedPart
from conformance.core.requirement import OwnedBreach, SessionPhase
from conformance.judging.claim import HELD, SUMMARY, Claim, quoted, shown, true
from conformance.judging.context import RuleContext

WARNINGS = "warnings"
WITH_LINES = "x-required-with-lines"
# A limit in words: what stands before the number and after it, for one and for many.
LIMITS = {
    "minLength": ("has at least", "character", "characters"),
    "maxLength": ("has at most", "character", "characters"),
    "minItems": ("has at least", "entry", "entries"),
    "maxItems": ("has at most", "entry", "entries"),
    "minimum": ("is at least", "", ""),
    "maximum": ("is at most", "", ""),
}
# A text that only one form of the contract takes, and that form in words.
FORMS = (
    ("2026-12-01T08:00:00.000Z", "a date and time in UTC like 2026-12-01T08:00:00.000Z"),
    ("-12.50", "a decimal number like 12.50"),
    ("v1|110000000001|0", "an item id like v1|110000000001|0"),
    ("USD", "a currency code of three capitals like USD"),
    ("us", "a country code of two letters like US"),
    ("US", "a country code of two capitals like US"),
)


@cache
def validator(operation: str) -> Any:
    """The compiled validator of an operation's 200 answer, for a session with lines; one for all that answer alike."""
    name = "order-v1" if operation == contract.PLACE_ORDER else "order-v2"
    return _compiled(name, _answer(operation))


@cache
def _answer(operation: str) -> str:
    """The schema of a 200 answer, as a text."""
    return json.dumps(contract.operations()[operation].response)


@cache
def _compiled(name: str, answer: str) -> Any:
    components = contract.document(name)["components"]
    schemas = {
        key: {**schema, "required": [*schema.get("required", ()), *schema.get(WITH_LINES, ())]}
        for key, schema in components["schemas"].items()
    }
    return jsonschema_rs.validator_for({**json.loads(answer), "components": {**components, "schemas": schemas}})


def departures(context: RuleContext, requirement: str) -> Iterator[Claim]:
    """Claims about the form of a 200 answer; amounts and warnings have rules of their own."""
    checker, body = validator(context.operation), context.exchange.body
    found: dict[tuple[str | None, str], Claim] = {}
    known = context.answer.facts if context.answer else {}
    form = "form", _answer(context.operation)
    if form not in known:
        known[form] = checker.is_valid(body)
    if not known[form]:
        for error in checker.iter_errors(body):
            path = list(error.instance_path)
            if RecordedPart.PERSON in context.exchange.unseen and "shippingAddress" in (*path[:1], _missing(error)):
                continue
            for claim in _claim(context, requirement, path, error):
                found.setdefault((claim.requirement, claim.name), claim)
    for claim in _charges(context, requirement):
        found.setdefault((claim.requirement, claim.name), claim)
    yield from found.values()
    if not any(item.requirement == requirement for item in found.values()):
        yield HELD


def _missing(error: Any) -> str:
    """The member that an object lacks, '' for another error."""
    found = re.match(r'"(.+?)" is a required property', error.message)
    return found.group(1) if found else ""


def _charges(context: RuleContext, requirement: str) -> Iterator[Claim]:
    """importCharges of the summary: an amount with its type in a session, an Amount in an order; neither has a required part."""
    summary = context.exchange.body.get("pricingSummary")
    charges = summary.get("importCharges") if isinstance(summary, dict) else None
    of_order = context.operation == contract.READ_ORDER
    wanted, other = ("value", "amount") if of_order else ("amount", "value")
    if isinstance(charges, dict) and other in charges and wanted not in charges:
        want = "an Amount" if of_order else "an amount with its applicableChargeType"
        test = f'{SUMMARY}.importCharges|(has("{other}")|not) or has("{wanted}")'
        yield true(
            False, "pricingSummary.importCharges type", want, charges, test, requirement=requirement, look=SUMMARY
        )


def _claim(context: RuleContext, requirement: str, path: list[Any], error: Any) -> Iterator[Claim]:
    keyword = [key for key in error.schema_path if isinstance(key, str)][-1]
    if path[:1] == [WARNINGS]:
        return
    emptied = _may_be_empty(context)
    missing = _missing(error)
    if missing:
        path = [*path, missing]
        if emptied and path[:-1] == [] and path[-1] in _only_with_lines(context.operation):
            return
    where = _where(path)
    of_amounts = keyword == "pattern" and where.endswith(".value")
    seen = "absent" if missing else _seen(keyword, _value(context.exchange.body, path))
    want = "is there" if missing else _want(keyword, error)
    yield true(
        False,
        "the form of amounts" if of_amounts else f"{_named(where)} {'is there' if missing else keyword}",
        f"{where} {want}",
        seen,
        _test(path, keyword, error, bool(missing)),
        requirement=contract.owner_of(OwnedBreach.FORM_OF_AMOUNTS) if of_amounts else requirement,
        sources=_type_page(keyword, where, error),
        look=SUMMARY if path[:1] == ["pricingSummary"] else "",
    )


def _type_page(keyword: str, where: str, error: Any) -> tuple[tuple[str, str], ...]:
    """The page on which the values of a closed list stand: the document that the requirement cites only links to it."""
    if keyword != "enum":
        return ()
    page = contract.type_page(where.rpartition(".")[2], tuple(error.kind.options))
    return (("T", page),) if page else ()


@cache
def _only_with_lines(operation: str) -> frozenset[str]:
    """The fields of an answer that are required only while the session has a line."""
    root = contract.document("order-v1" if operation == contract.PLACE_ORDER else "order-v2")
    return frozenset(contract.resolve(root, contract.operations()[operation].response).get(WITH_LINES, ()))


def _named(where: str) -> str:
    """The field as a finding names it: an amount is like any other, so that a form of all of them is one finding."""
    holder, _, last = where.rpartition(".")
    return f"amounts: {last}" if holder and last in ("value", "currency") else where


def _may_be_empty(context: RuleContext) -> bool:
    """Whether the session has no lines, or lost its only one just now; of a session that is not known, who can tell."""
    if context.session is None:
        return context.operation != contract.INITIATE
    return context.session.phase in (
        SessionPhase.EMPTY,
        SessionPhase.ORDERED,
        SessionPhase.DECLINED,
    ) or _takes_the_last(context)


def _takes_the_last(context: RuleContext) -> bool:
    last = context.before is not None and len(context.before.lines) == 1
    return last and context.operation == contract.QUANTITY and context.body.get("quantity") == 0


def _where(path: list[Any]) -> str:
    return "".join("[]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")


def _value(body: Any, path: list[Any]) -> Any:
    for key in path:
        body = body[key] if isinstance(body, dict | list) else None
    return body


def _want(keyword: str, error: Any) -> str:
    if keyword in LIMITS:
        words, unit, many = LIMITS[keyword]
        return f"{words} {error.kind.limit} {unit if error.kind.limit == 1 else many}".rstrip()
    if keyword == "pattern":
        return _form(error.kind.pattern)
    if keyword == "type":
        return f"has type {' or '.join(error.kind.types)}"
    if keyword == "enum":
        return f"is one of {shown(error.kind.options)}"
    return f"keeps {keyword}"


def _form(pattern: str) -> str:
    """What a pattern asks for: people read an example with less trouble than an expression."""
    words = next((words for sample, words in FORMS if re.search(pattern, sample)), None)
    return f"is {words}" if words else f"matches {pattern}"


def _seen(keyword: str, value: Any) -> str:
    if value is None:
        return "null"  # it is there, so it is not nothing
    if keyword in ("minLength", "maxLength") and isinstance(value, str):
        return f"{len(value)} {'character' if len(value) == 1 else 'characters'}: {shown(value)}"
    return shown(value)


def _test(path: list[Any], keyword: str, error: Any, missing: bool) -> str:
    """jq over every element of the lists on the way, so that it does not hang on a position."""
    steps = "".join("[]?" if isinstance(key, int) else f".{key}" for key in (path[:-1] if missing else path))
    if missing:
        return f'all(.body{steps}; type != "object" or has({quoted(path[-1])}))'
    holds = _value_test(keyword, error)
    if path and isinstance(path[-1], str):  # a member may be absent, but not null
        outer = "".join("[]?" if isinstance(key, int) else f".{key}" for key in path[:-1])
        name = quoted(path[-1])
        return f'all(.body{outer}; type != "object" or (has({name})|not) or (.[{name}]|{holds}))'
    return f"all(.body{steps}; {holds})"


def _value_test(keyword: str, error: Any) -> str:
    if keyword == "type":
        names = re.findall(r'"(string|integer|number|boolean|array|object)"', error.message) or ["string"]
        jq = "number" if names[-1] in ("integer", "number") else names[-1]
        return f"type == {quoted(jq)}" + (" and . == floor" if names[-1] == "integer" else "")
    if keyword == "enum":
        return f"IN({','.join(quoted(option) for option in error.kind.options)})"
    if keyword == "pattern":
        return f'type == "string" and test({quoted(error.kind.pattern)})'
    if keyword in ("minLength", "maxLength", "minItems"):
        return f"length {'<=' if keyword == 'maxLength' else '>='} {error.kind.limit}"
    return ". != null"
