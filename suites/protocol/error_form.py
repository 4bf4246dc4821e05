"""The form of an entry of `errors` or `warnings`: what the document's schemas Error and ErrorParameter say of each member."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from conformance.core import contract
from conformance.judging.claim import member_or_null


class Wrong(NamedTuple):
    """What is wrong with a member. test: jq on an entry, true where the member is right."""

    member: str
    expected: str
    seen: Any
    test: str


class Form(NamedTuple):
    """The form of a member. fits: whether a value has it. test: the same in jq. optional: the member may be absent."""

    member: str
    words: str
    fits: Callable[[Any], bool]
    test: str
    optional: bool = False


def _is_number(value: Any) -> bool:
    return value.__class__ is int


def _is_text(value: Any) -> bool:
    return value.__class__ is str


def _is_filled(value: Any) -> bool:
    return value.__class__ is str and bool(value.strip())


def _are_texts(value: Any) -> bool:
    return value.__class__ is list and all(map(_is_text, value))


def _are_parameters(value: Any) -> bool:
    return value.__class__ is list and all(
        isinstance(parameter, dict) and all(_is_text(parameter.get(name, "")) for name in ("name", "value"))
        for parameter in value
    )


def _filled_in_jq(member: str) -> str:
    return f'(.{member}|type) == "string" and (.{member}|test("\\\\S"))'


def _optional_in_jq(member: str, test: str) -> str:
    return f'(has("{member}")|not) or {test}'


def _texts_in_jq(member: str) -> str:
    return _optional_in_jq(member, f'((.{member}|type) == "array" and all(.{member}[]; type == "string"))')


FORMS = (
    Form("errorId", "an integer", _is_number, '(.errorId|type) == "number" and .errorId == (.errorId|floor)'),
    *(Form(name, "a text", _is_filled, _filled_in_jq(name)) for name in ("domain", "category")),
    Form("message", "a non-empty text", _is_filled, _filled_in_jq("message")),
    *(
        Form(name, "a text", _is_text, _optional_in_jq(name, f'(.{name}|type) == "string"'), optional=True)
        for name in ("longMessage", "subdomain", "subDomain")
    ),
    *(
        Form(name, "a list of texts", _are_texts, _texts_in_jq(name), optional=True)
        for name in ("inputRefIds", "outputRefIds")
    ),
    Form(
        "parameters",
        "a list of names and values",
        _are_parameters,
        _optional_in_jq(
            "parameters",
            '((.parameters|type) == "array" and all(.parameters[]; type == "object" '
            'and (.name // "" |type) == "string" and (.value // "" |type) == "string"))',
        ),
        optional=True,
    ),
)


def wrong_members(entry: Any, operation: str) -> Iterator[Wrong]:
    """Each member of an entry that has not its form, or another domain or category than the catalogue has for its id."""
    if not isinstance(entry, dict):
        yield Wrong("entries", "objects", entry, 'type == "object"')
        return
    for form in FORMS:
        given = form.member in entry
        if (given or not form.optional) and not (given and form.fits(entry[form.member])):
            yield Wrong(form.member, form.words, member_or_null(entry, form.member), form.test)
    number = entry.get("errorId")
    documented = contract.error(number, operation) if _is_number(number) else None
    for member, known in (("domain", documented.domains), ("category", documented.categories)) if documented else ():
        if known and _is_filled(entry.get(member)) and entry[member] not in known:
            listed = ",".join(map(json.dumps, known))
            test = f".errorId != {number} or (.{member}|IN({listed}))"  # other ids have other domains and categories
            yield Wrong(member, " or ".join(known), entry[member], test)
