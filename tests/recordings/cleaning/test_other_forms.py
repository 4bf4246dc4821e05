"""A recorder that wrote all bodies in another form is no breach; the same form in answers alone is the server's."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.recordings.cleaning.test_rewritten import sent
from tests.recordings.inputs.made import (
    INITIATE,
    LOCKED,
    PLACE,
    QUANTITY,
    another_session,
    answered,
    healthy,
    judged_files,
)
from tests.recordings.inputs.odd_recorders import Entries
from tests.recordings.judging import failed, passed

Form = Callable[[Any], Any]


def each(change: Callable[[Any, str], Any]) -> Form:
    """A change of each value, the innermost first. change: gets the value and the name of its member."""

    def of(node: Any, name: str = "") -> Any:
        if isinstance(node, dict):
            return change({member: of(part, member) for member, part in node.items()}, name)
        return change([of(part, name) for part in node] if isinstance(node, list) else node, name)

    return of


def is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def renamed(spell: Callable[[str], str]) -> Form:
    return each(
        lambda value, _: {spell(name): part for name, part in value.items()} if isinstance(value, dict) else value
    )


def of_texts(change: Callable[[str], Any], *names: str) -> Form:
    return each(lambda value, name: change(value) if isinstance(value, str) and (not names or name in names) else value)


def number(text: str) -> Any:
    """A text of digits as a number."""
    return json.loads(text) if re.fullmatch(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]+)?", text) else text


def dynamo(value: Any, name: str) -> Any:
    kinds = {bool: "BOOL", int: "N", str: "S", list: "L", dict: "M"}
    return (
        {kinds[type(value)]: str(value) if is_whole(value) else value} if name or not isinstance(value, dict) else value
    )


# A form, and a departure of it that an answer alone shows; '' where the answers keep the contract.
FORMS: dict[str, tuple[Form, str]] = {
    "whole numbers as texts": (each(lambda value, _: str(value) if is_whole(value) else value), "SESSION-FIELDS"),
    "booleans as numbers": (each(lambda value, _: int(value) if isinstance(value, bool) else value), "SESSION-FIELDS"),
    "booleans as texts": (
        each(lambda value, _: str(value).lower() if isinstance(value, bool) else value),
        "SESSION-FIELDS",
    ),
    "extended JSON": (
        each(lambda value, _: {"$numberInt": str(value)} if is_whole(value) else value),
        "SESSION-FIELDS",
    ),
    "attribute values": (each(dynamo), "SESSION-FIELDS"),
    "names in small letters": (renamed(str.lower), "SESSION-FIELDS"),
    "names with underscores": (renamed(lambda name: re.sub("([A-Z])", r"_\1", name).lower()), "SESSION-FIELDS"),
    "names with capitals": (renamed(lambda name: name[:1].upper() + name[1:]), "SESSION-FIELDS"),
    "a list of one as its element": (
        each(lambda value, _: value[0] if isinstance(value, list) and len(value) == 1 else value),
        "SESSION-FIELDS",
    ),
    "lists as objects": (
        each(
            lambda value, _: (
                {str(place): part for place, part in enumerate(value)} if isinstance(value, list) else value
            )
        ),
        "SESSION-FIELDS",
    ),
    "false left out": (
        each(
            lambda value, _: (
                {name: part for name, part in value.items() if part is not False} if isinstance(value, dict) else value
            )
        ),
        "SESSION-FIELDS",
    ),
    "texts of digits as numbers": (of_texts(number), "SESSION-FIELDS"),
    "postal codes as numbers": (of_texts(number, "postalCode"), "SESSION-FIELDS"),
    "phones as numbers": (of_texts(lambda text: int(text.lstrip("+")), "phoneNumber"), "SESSION-FIELDS"),
    "capitals": (of_texts(str.upper), ""),
    "small letters": (of_texts(str.lower), "SESSION-FIELDS"),
    "percent-encoded": (of_texts(quote), "SESSION-FIELDS"),
    "in an envelope": (lambda body: {"payload": body}, "SESSION-FIELDS"),
    "cut": (of_texts(lambda text: text[:16]), "SESSION-FIELDS"),
    "emails without their person": (of_texts(lambda text: text.partition("@")[2], "contactEmail"), ""),
    "emails in words": (of_texts(lambda text: text.replace("@", " at "), "contactEmail"), ""),
}


def three_sessions() -> Entries:
    """Three sessions whose buyers want no mail."""
    refused = each(lambda value, name: False if name == "marketingTermsAccepted" else value)
    return [sent(entry, refused) for number in (0, 7, 8) for entry in another_session(healthy(), number)]


def in_form(form: str, calls: Entries) -> Entries:
    return [answered(sent(entry, FORMS[form][0]), FORMS[form][0]) for entry in calls]


@pytest.mark.parametrize("form", FORMS)
def test_a_form_of_requests_and_answers_is_the_recorders(tmp_path: Path, form: str) -> None:
    assert failed(judged_files(tmp_path, in_form(form, three_sessions()))) == set()


@pytest.mark.parametrize("form", [form for form, (_, broken) in FORMS.items() if broken])
def test_a_form_of_answers_alone_is_the_servers(tmp_path: Path, form: str) -> None:
    calls = [answered(entry, FORMS[form][0]) for entry in three_sessions()]
    assert FORMS[form][1] in failed(judged_files(tmp_path, calls))


KEEPS_LENGTHS = ("names in small letters", "names with capitals", "small letters")


@pytest.mark.parametrize("form", [form for form, (_, broken) in FORMS.items() if broken and form not in KEEPS_LENGTHS])
def test_requests_of_the_length_that_they_name_were_not_rewritten(tmp_path: Path, form: str) -> None:
    calls = in_form(form, three_sessions())
    for entry in calls:
        length = str(len(entry["request"].get("postData", {}).get("text", "").encode()))
        entry["request"]["headers"].append({"name": "Content-Length", "value": length})
    assert FORMS[form][1] in failed(judged_files(tmp_path, calls))


@pytest.mark.parametrize(
    "form", ["whole numbers as texts", "names with underscores", "lists as objects", "percent-encoded"]
)
def test_one_request_in_the_contracts_form_shows_that_the_others_were_sent_so(tmp_path: Path, form: str) -> None:
    calls = [*in_form(form, three_sessions()), another_session(healthy(INITIATE), 9)[0]]
    calls[-1]["response"] = calls[INITIATE]["response"]
    assert FORMS[form][1] in failed(judged_files(tmp_path, calls))


@pytest.mark.parametrize("form", ["emails in words", "postal codes as numbers", "phones as numbers"])
def test_a_breach_beside_the_recorders_form_is_found(tmp_path: Path, form: str) -> None:
    """A paid session is changed."""
    calls = three_sessions()
    for number in range(0, len(calls), LOCKED + 1):
        calls[number + LOCKED]["response"] = calls[number + QUANTITY]["response"]
    broken = failed(judged_files(tmp_path, calls))
    assert broken and broken <= failed(judged_files(tmp_path, in_form(form, calls)))


def test_the_answer_of_a_function_in_place_of_its_body(tmp_path: Path) -> None:
    """A gateway's log has it; an answer of the length that its header names came so over the wire."""

    def of_function(body: Any) -> Any:
        return {"statusCode": 200, "headers": {}, "body": json.dumps(body), "isBase64Encoded": False}

    calls = [answered(entry, of_function) for entry in healthy()]
    assert passed(judged_files(tmp_path, calls)) == passed(judged_files(tmp_path, healthy()))
    broken = answered(healthy(INITIATE)[0], lambda body: of_function(body | {"lineItems": 5}))
    assert failed(judged_files(tmp_path, [broken])) == {"SESSION-FIELDS"}
    length = str(len(calls[INITIATE]["response"]["content"]["text"].encode()))
    calls[INITIATE]["response"]["headers"].append({"name": "Content-Length", "value": length})
    assert "SESSION-CREATE" in failed(judged_files(tmp_path, calls[:1]))


MARKETPLACES: dict[str, Callable[[str], str]] = {
    "quoted": lambda value: f'"{value}"',
    "listed": lambda value: f"['{value}']",
    "bytes": lambda value: f"b'{value}'",
    "percent-encoded": lambda value: value.replace("_", "%5F"),
    "escaped": lambda value: value.replace("_", "\\_"),
    "hyphen": lambda value: value.replace("_", "-"),
    "short": lambda value: value[-2:],
    "cut": lambda value: value[:6],
    "enumeration": lambda value: f"MarketplaceIdEnum.{value}",
    "number": lambda value: "77",
    "twice": lambda value: f"{value}; {value}",
    "small letters": str.lower,
}


def with_header(calls: Entries, name: str, change: Callable[[str], str], *sides: str) -> Entries:
    made = copy.deepcopy(calls)
    for entry in made:
        for header in [header for side in sides for header in entry[side]["headers"]]:
            if header["name"].lower() == name:
                header["value"] = change(header["value"])
    return made


@pytest.mark.parametrize("form", MARKETPLACES)
def test_a_marketplace_in_the_recorders_form_is_unknown(tmp_path: Path, form: str) -> None:
    """In each call of a file; one that is written as the documents do, or as another site's, is judged."""
    calls = with_header(healthy(), "x-ebay-c-marketplace-id", MARKETPLACES[form], "request")
    found = judged_files(tmp_path, calls)
    assert failed(found) == set() and passed(found) > 40
    other = another_session(healthy(INITIATE), 7)
    supported = {"MARKET-SUPPORTED"} - ({"MARKET-SUPPORTED"} if form == "small letters" else set())
    assert failed(judged_files(tmp_path, [*calls, *other])) >= supported


def test_a_site_that_the_documents_do_not_have_is_judged(tmp_path: Path) -> None:
    calls = with_header(healthy(), "x-ebay-c-marketplace-id", lambda _: "WALMART_US", "request")
    assert "MARKET-SUPPORTED" in failed(judged_files(tmp_path, calls))


@pytest.mark.parametrize("form", ["json", '"application/json"', "['application/json']"])
def test_a_media_type_in_the_recorders_form_is_unknown(tmp_path: Path, form: str) -> None:
    """In requests and answers; in answers alone it is the server's."""
    calls = with_header(healthy(), "content-type", lambda _: form, "request", "response")
    assert failed(judged_files(tmp_path, calls)) == set()
    assert failed(judged_files(tmp_path, with_header(healthy(), "content-type", lambda _: form, "response"))) == {
        "TYPE-JSON"
    }


@pytest.mark.parametrize("rewritten", [True, False])
def test_a_request_that_is_not_as_long_as_it_says_was_changed(tmp_path: Path, rewritten: bool) -> None:
    """The recorder leaves zeros out, and writes JSON with blanks; the client wrote none."""
    calls = healthy()
    calls[QUANTITY] = sent(calls[QUANTITY], lambda body: body | {"quantity": 0})
    for entry in calls:
        if text := entry["request"].get("postData", {}).get("text"):
            length = len(json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")).encode())
            entry["request"]["headers"].append({"name": "Content-Length", "value": str(length)})
    calls[QUANTITY] = sent(calls[QUANTITY], lambda body: {name: part for name, part in body.items() if part != 0})
    if not rewritten:
        calls[QUANTITY]["request"]["headers"][-1]["value"] = str(len('{"lineItemId":"9420305745"}'))
    broken = failed(judged_files(tmp_path, calls[: QUANTITY + 1] + calls[PLACE:]))
    assert ("QTY-INVALID" in broken) != rewritten
