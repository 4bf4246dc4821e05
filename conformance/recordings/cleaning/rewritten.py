"""A recorder that wrote the values of all bodies in another form, requests and answers alike: those bodies are unknown.

A client's habit does not change what the server answers. A server's fault does not change requests, which it accepted. So a
departure that is in the requests and in the answers of a file, and from which neither ever keeps away, is the recorder's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from conformance.core import contract
from conformance.core.exchange import Exchange, RecordedPart
from conformance.judging.content.request_schema import Shape, compiled, shape_of
from conformance.recordings.cleaning.by_file import OF_PERSON, SEVERAL, Files
from conformance.recordings.cleaning.marks import OF_PERSONS

ABSENT = object()  # in place of a member that an object has to have
DIGITS = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]+)?")  # what a recorder takes for a number
ESCAPED, TO_ESCAPE = re.compile("%[0-9A-F]{2}"), re.compile("[ @|]")
Kind = tuple[str, ...]
NO_FALSE, ENVELOPE, UPPER, LOWER, PERCENT = ("no false",), ("envelope",), ("upper",), ("lower",), ("percent",)
CUT, FORM, SPELLING, ELEMENT, NUMBERED = "cut", "form", "spelling", "element", "numbered"
OF_ITEM, ITEM = (FORM, "itemId"), re.compile(r"^v1\|")  # items whose ids a cleaner replaced, on both sides
CAPITALS, MARKS = (SPELLING, "capitals"), (SPELLING, "marks")
OF_TEXTS: dict[Kind, tuple[Callable[[str], object], Callable[[str], object]]] = {  # departs, keeps away
    UPPER: (lambda text: text.isupper(), lambda text: text != text.upper()),
    LOWER: (lambda text: text.islower(), lambda text: text != text.lower()),
    PERCENT: (ESCAPED.search, TO_ESCAPE.search),
}
KEEP_LENGTHS = frozenset((CAPITALS, UPPER, LOWER))  # a length cannot contradict these
Place = tuple[Shape | None, str, Any]


@dataclass
class _Seen:
    """What shows each kind of departure: its texts, its names, or the requests that have it."""

    sent: defaultdict[Kind, set[object]] = field(default_factory=lambda: defaultdict(set))
    given: defaultdict[Kind, set[object]] = field(default_factory=lambda: defaultdict(set))

    def enough(self, kind: Kind) -> bool:
        """Whether requests and answers show it: a form of persons' values in requests alone."""
        if kind == OF_ITEM:
            return bool(self.sent[kind] and self.given[kind])
        if kind[0] == FORM:
            return len(self.sent[kind]) >= SEVERAL
        least = SEVERAL if kind in OF_TEXTS else 1
        return len(self.sent[kind]) >= least and len(self.given[kind]) >= (SEVERAL if kind[0] == CUT else least)


def open_what_was_rewritten(files: Files) -> None:
    """Makes bodies unknown that a recorder wrote in another form.

    files: of each, its exchanges, and whether the request of each has the length that its header names.
    """
    for listed in files:
        if kinds := _of_recorder(listed):
            for exchange, _ in listed:
                _open(exchange, kinds)


def _of_recorder(listed: list[tuple[Exchange, bool]]) -> set[Kind]:
    """The kinds of departure that are the recorder's."""
    seen, contradicted = _Seen(), set[Kind]()
    longest = max((_longest(_request(exchange)) for exchange, _ in listed), default=0)
    for number, (exchange, of_wire) in enumerate(listed):
        for kind, shown in _departures(_request(exchange), longest) if exchange.status == 200 else ():
            seen.sent[kind].add(number if kind[0] == FORM else shown)
            contradicted |= {kind} - KEEP_LENGTHS if of_wire else set()
    kinds = set(seen.sent) - contradicted
    for exchange, _ in listed:
        kinds = _not_contradicted(kinds, _request(exchange))
    for exchange, _ in listed:
        if not kinds:
            break
        kinds = _not_contradicted(kinds, _answer(exchange))
        for kind, shown in _departures(_answer(exchange), longest):
            seen.given[kind].add(shown)
    return set(filter(seen.enough, kinds))


def _longest(places: Iterable[Place]) -> int:
    return max((len(value) for _, _, value in places if isinstance(value, str)), default=0)


def _open(exchange: Exchange, kinds: set[Kind]) -> None:
    longest = next((int(kind[1]) for kind in kinds if kind[0] == CUT), 0)

    def departs(places: Iterable[Place], wanted: set[Kind]) -> bool:
        return any(kind in wanted for kind, _ in _departures(places, longest))

    in_answers = kinds - {OF_ITEM}  # no rule asks for the form of an item's id in an answer
    of_person = departs(_answer(exchange), in_answers)
    open_bodies(
        exchange,
        of_request=departs(_request(exchange), kinds),
        of_answer=departs(_answer(exchange, without=OF_PERSON), in_answers),
    )
    if of_person and RecordedPart.ANSWER not in exchange.unseen:
        exchange.unseen |= {RecordedPart.PERSON}


def open_bodies(exchange: Exchange, *, of_request: bool, of_answer: bool) -> None:
    """Makes bodies of a call unknown."""
    if of_request:
        exchange.request = replace(exchange.request, body=None, raw=None)
        exchange.unseen |= {RecordedPart.REQUEST_BODY}
    if of_answer:
        exchange.body = exchange.text = exchange.problem = exchange.problem_kind = None
        exchange.unseen |= {RecordedPart.ANSWER}


# ---------------------------------------------------------------- the places of a body


def shape_of_request(exchange: Exchange) -> Shape | None:
    """The schema of a request, by its operation."""
    return shape_of(exchange.operation)


def shape_of_answer(exchange: Exchange) -> Shape:
    """The schema of an answer, by its operation and whether it is a success."""
    return _shape_of_answer(exchange.operation, exchange.status == 200)


def _request(exchange: Exchange) -> Iterator[Place]:
    return _places(shape_of_request(exchange), exchange.request.body)


def _answer(exchange: Exchange, without: str = "") -> Iterator[Place]:
    body = exchange.body
    shown = {name: part for name, part in body.items() if name != without} if isinstance(body, dict) else body
    return _places(shape_of_answer(exchange), shown)


@cache
def _shape_of_answer(operation: str, accepted: bool) -> Shape:
    root = contract.document("order-v1" if operation == contract.PLACE_ORDER else "order-v2")
    of_success = contract.operations()[operation].response
    return compiled(root, of_success if accepted else root["components"]["schemas"]["ErrorAnswer"])


def _places(shape: Shape | None, value: Any, name: str = "") -> Iterator[Place]:
    """Each value in a body with the schema of its place, None where the documents have none, and the name of its member."""
    if value is None:
        return
    yield shape, name, value
    if isinstance(value, list):
        for element in value:
            yield from _places(shape.items if shape else None, element, name)
    elif isinstance(value, dict):
        fields = (shape.items or shape).fields if shape else {}
        spelled = _spelled(fields, value)
        for member, part in value.items():
            child = fields[spelled[member]] if member in spelled else fields.get(member)
            yield from _places(child, part, member)
        missing = shape.required - value.keys() - set(spelled.values()) if shape else ()
        yield from ((fields.get(member), member, ABSENT) for member in missing)


def _spelled(fields: dict[str, Shape], value: dict[str, Any]) -> dict[str, str]:
    """The members of an object that the documents spell in another way, with their right names."""
    unknown = value.keys() - fields.keys()
    right = {_folded(name): name for name in fields.keys() - value.keys()} if unknown else {}
    return {member: right[_folded(member)] for member in unknown if _folded(member) in right}


def _folded(name: str) -> str:
    return re.sub("[_-]", "", name).lower()


# ---------------------------------------------------------------- departures, and what keeps away from them


def _departures(places: Iterable[Place], longest: int = 0) -> Iterator[tuple[Kind, object]]:
    """The kinds of departure in a body, and what shows each. longest: the length of the longest text that was sent."""
    for shape, name, value in places:
        if isinstance(value, str):
            yield from ((kind, value) for kind, (departs, _) in OF_TEXTS.items() if departs(value))
            if len(value) == longest:
                yield (CUT, str(longest)), name
        if shape is not None:
            yield from ((kind, name) for kind in _of_shape(shape, name, value))


def _of_shape(shape: Shape, name: str, value: Any) -> Iterator[Kind]:
    wanted, given = shape.kind, _type(value)
    given = "number" if given == "integer" != wanted else given
    if value is ABSENT:
        yield from (NO_FALSE,) if wanted == "boolean" else ()
    elif given != wanted and not (wanted == "integer" and isinstance(value, float)):
        given = given if wanted != "array" else NUMBERED if _is_numbered(value) else ELEMENT
        yield wanted, given
        yield wanted, given, name
    elif not name and _is_envelope(shape, value):
        yield ENVELOPE
    elif isinstance(value, dict) and (spelled := _spelled(shape.fields, value)):
        yield MARKS if any("_" in member or "-" in member for member in spelled) else CAPITALS
    elif isinstance(value, str) and _has_other_form(shape, name, value):
        yield FORM, name


def _has_other_form(shape: Shape, name: str, value: str) -> bool:
    """Whether a value of a person, or the id of an item, has not the form that requests must have."""
    form = ITEM if name == OF_ITEM[1] else shape.pattern if name in OF_PERSONS else None
    return form is not None and not form.search(value)


def _is_envelope(shape: Shape, body: Any) -> bool:
    """Whether nothing but a member of a body is a body of the API."""
    if not isinstance(body, dict) or not shape.fields.keys().isdisjoint(body):
        return False
    return any(isinstance(part, dict) and not shape.fields.keys().isdisjoint(part) for part in body.values())


def _not_contradicted(kinds: set[Kind], places: Iterable[Place]) -> set[Kind]:
    """The kinds of departure from which no value keeps away that would have to show them."""
    left = set(kinds)
    for shape, name, value in places:
        left -= {kind for kind in left if _keeps_away(kind, shape, name, value)}
    return left


def _keeps_away(kind: Kind, shape: Shape | None, name: str, value: Any) -> bool:
    if kind in OF_TEXTS:
        return isinstance(value, str) and bool(OF_TEXTS[kind][1](value))
    if kind[0] == CUT:
        return isinstance(value, str) and len(value) > int(kind[1])
    if kind == NO_FALSE:
        return value is False
    if shape is None:
        return False
    if kind == ENVELOPE:
        return not name and isinstance(value, dict) and not shape.fields.keys().isdisjoint(value)
    if kind[0] == SPELLING:
        return isinstance(value, dict) and any(known in value and not known.islower() for known in shape.fields)
    if kind[0] == FORM:
        return name == kind[1] and not any(found == kind for found in _of_shape(shape, name, value))
    return (
        kind[0] == shape.kind == _type(value) and name in kind[2:] + (name,) * (len(kind) == 2) and _would(kind, value)
    )


def _would(kind: Kind, value: Any) -> bool:
    """Whether a recorder would have changed a value that is right: digits become a number, a list of one its element."""
    if kind[:2] == ("string", "number"):
        return DIGITS.fullmatch(value) is not None
    if kind[0] == "array":
        return bool(value) if kind[1] == NUMBERED else len(value) == 1
    return kind[:2] != ("string", "boolean") or value in ("true", "false")


def _is_numbered(value: Any) -> bool:
    """Whether an object holds the elements of a list by their numbers."""
    return isinstance(value, dict) and list(value) in (
        [str(at) for at in range(len(value))],
        [str(at + 1) for at in range(len(value))],
    )


def _type(value: Any) -> str:
    """The type of a JSON value."""
    if isinstance(value, bool):
        return "boolean"
    names = {str: "string", int: "integer", float: "number", list: "array", dict: "object"}
    return names.get(value.__class__, "")
