"""What a cleaner or a logger did to values, lists, numbers and headers is unknown; the breach beside it is still found."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.recordings.cleaning.scan import scan
from tests.recordings.inputs.made import (
    INITIATE,
    LOCKED,
    PLACE,
    QUANTITY,
    READ,
    another_session,
    answered,
    healthy,
    judged_files,
)
from tests.recordings.inputs.odd_recorders import Entries, Json
from tests.recordings.judging import failed, passed

Change = Callable[[str, Any], Any]
PERSONS = ("contactEmail", "firstName", "lastName", "phoneNumber", "addressLine1", "addressLine2", "city", "postalCode")
MARKETPLACE = "x-ebay-c-marketplace-id"


def changed(node: Any, change: Change, name: str = "") -> Any:
    """A JSON value with each of its texts and numbers changed. change: gets the name of the member and the value."""
    if isinstance(node, dict):
        return {member: changed(part, change, member) for member, part in node.items()}
    if isinstance(node, list):
        return [changed(part, change, name) for part in node]
    return change(name, node)


def sent(entry: Json, change: Callable[[Any], Any]) -> Json:
    """An entry with another request; its sizes stay those of the wire."""
    made = copy.deepcopy(entry)
    if "postData" in made["request"]:
        body = json.loads(made["request"]["postData"]["text"])
        made["request"]["postData"]["text"] = json.dumps(change(body), ensure_ascii=False)
    return made


def cleaned(entries: Entries, change: Change, *, answers: bool = True) -> Entries:
    """The entries with values changed in requests and in answers."""

    def all_of(body: Any) -> Any:
        return changed(body, change)

    made = [sent(entry, all_of) for entry in entries]
    return [answered(entry, all_of) if answers else entry for entry in made]


def kind(name: str) -> str:
    """A member's name as cleaners write the kind of a value: FIRST_NAME."""
    return re.sub("([A-Z])", r"_\1", name).upper()


def digest(value: Any) -> bytes:
    return hashlib.sha256(str(value).encode()).digest()


WORDS: dict[str, Callable[[str, Any], str]] = {
    "Presidio": lambda name, value: f"<{kind(name)}>",
    "one word": lambda name, value: "<PERSON>",
    "numbered": lambda name, value: f"[{kind(name)}_1]",
    "lower case": lambda name, value: "[name]",
    "braces": lambda name, value: "{PERSON}",
    "signs": lambda name, value: "##PERSON##",
    "within": lambda name, value: f"{value[:3]} <LOCATION> {value[-1:]}",
    "pseudonym": lambda name, value: f"PERSON_{digest(value)[0]}",
    "digest in base64": lambda name, value: base64.b64encode(digest(value)).decode(),
    "digest for URLs": lambda name, value: base64.urlsafe_b64encode(hashlib.md5(b"3").digest()).decode().rstrip("="),
    "16 hex digits": lambda name, value: "a24c48c2536a22f6",
    "12 hex digits": lambda name, value: "A24C48C2536A",
    "prefixed": lambda name, value: f"sha256:{digest(value).hex()[:10]}",
    "digest in base32": lambda name, value: base64.b32encode(digest(value)).decode(),
    "cipher in brackets": lambda name, value: f"ENC({base64.b64encode(digest(value)[:12]).decode()})",
    "numbered in lower case": lambda name, value: "customer-17",
    "cipher": lambda name, value: f"ENC[AES256,{digest(value).hex()}]",
    "numbered with a hyphen": lambda name, value: "PERSON-16",
    "first letter": lambda name, value: f"{value[:1]}\u2026",
    "UUID": lambda name, value: "0f8fad5b-d9cb-469f-a165-70867728950e",
    "one plain word": lambda name, value: "personal",
}


@pytest.mark.parametrize("answers", [True, False], ids=["both", "requests"])
@pytest.mark.parametrize("word", WORDS)
def test_a_word_for_the_texts_of_persons(tmp_path: Path, word: str, answers: bool) -> None:
    calls = cleaned(
        healthy(), lambda name, value: WORDS[word](name, value) if name in PERSONS else value, answers=answers
    )
    found = judged_files(tmp_path, calls)
    assert failed(found) == set() and passed(found) > 40


@pytest.mark.parametrize("word", WORDS)
def test_a_word_for_the_texts_of_persons_in_answers(tmp_path: Path, word: str) -> None:
    calls = [
        answered(
            entry,
            lambda body: changed(body, lambda name, value: WORDS[word](name, value) if name in PERSONS else value),
        )
        for entry in healthy()
    ]
    assert failed(judged_files(tmp_path, calls)) == set()


SAID = {
    "<b>": "ADDR-CHARS-MARKUP",
    "<script>": "ADDR-CHARS-MARKUP",
    "<SCRIPT>alert(1)</SCRIPT>": "ADDR-CHARS-MARKUP",
    "<B>Portland</B>": "ADDR-CHARS-MARKUP",
}


@pytest.mark.parametrize("value", SAID)
def test_markup_that_was_sent_is_judged(tmp_path: Path, value: str) -> None:
    calls = [sent(healthy(INITIATE)[0], lambda body: changed(body, lambda name, old: value if name == "city" else old))]
    assert SAID[value] in failed(judged_files(tmp_path, calls))


@pytest.mark.parametrize(
    "street", ["1820 Alder ... Street", "Haus 4\u2026", "Unit (EAST)", "Tower [B]", "5xxx Road", "De La Cruz #12"]
)
def test_what_looks_like_a_mark_is_judged(tmp_path: Path, street: str) -> None:
    """The answer shows another street than the one that was sent, of the length that the recorder names."""
    calls = [
        sent(
            healthy(INITIATE)[0],
            lambda body: changed(body, lambda name, old: street if name == "addressLine1" else old),
        )
    ]
    calls[0]["request"]["bodySize"] = len(calls[0]["request"]["postData"]["text"].encode())
    assert "SESSION-CREATE" in failed(judged_files(tmp_path, calls))


CUTS: dict[str, Callable[[str], str]] = {
    "ellipsis": lambda text: text if len(text) <= 18 else f"{text[:18]}\u2026",
    "dots": lambda text: text if len(text) <= 18 else f"{text[:15]}...",
    "middle": lambda text: text if len(text) <= 18 else f"{text[:8]}...{text[-7:]}",
    "said": lambda text: text if len(text) <= 18 else f"{text[:15]}[truncated]",
    "counted": lambda text: text if len(text) <= 18 else f"{text[:15]}... {len(text) - 15} more characters",
    "in words": lambda text: text if len(text) <= 18 else f"{text[:15]} (cut)",
}


@pytest.mark.parametrize("sides", ["both", "requests", "answers"])
@pytest.mark.parametrize("cut", CUTS)
def test_texts_that_a_logger_cut(tmp_path: Path, cut: str, sides: str) -> None:
    def short(body: Any) -> Any:
        return changed(body, lambda name, value: CUTS[cut](value) if isinstance(value, str) else value)

    calls = healthy()
    calls = calls if sides == "answers" else [sent(entry, short) for entry in calls]
    calls = calls if sides == "requests" else [answered(entry, short) for entry in calls]
    assert failed(judged_files(tmp_path, calls)) == set()


MASKS: dict[str, Callable[[str], str]] = {
    sign: lambda text, sign=sign: re.sub(r"\d{10,19}", lambda run: f"{run[0][:6]}{sign * 4}{run[0][-2:]}", text)
    for sign in "Xx*#\u2022"
} | {
    "two signs": lambda text: re.sub(r"\d{10,19}", lambda run: f"{run[0][:-4]}xx{run[0][-2:]}", text),
    "[CARD]": lambda text: re.sub(r"\d{10,19}", "[CARD]", text),
    "<CREDIT_CARD>": lambda text: re.sub(r"\d{10,19}", "<CREDIT_CARD>", text),
}


@pytest.mark.parametrize("mask", MASKS)
def test_runs_of_digits_that_were_masked(tmp_path: Path, mask: str) -> None:
    def masked(name: str, value: Any) -> Any:
        return MASKS[mask](value) if isinstance(value, str) else value

    calls = cleaned([*healthy(), *another_session(healthy(), 7)], masked)
    assert failed(judged_files(tmp_path, calls)) == set()
    for entry in calls:
        entry["request"]["url"] = MASKS[mask](entry["request"]["url"])
    found = judged_files(tmp_path, calls)
    assert failed(found) == set()
    passed_over = any("id that is not shown" in note for note in found.notes)
    assert passed_over == (mask != "#")  # which ends a URL's path


def test_one_word_for_every_id(tmp_path: Path) -> None:
    """Two sessions with one id break a rule; with a word that is no id of a server, in both, nobody knows."""

    def worded(name: str, value: Any) -> Any:
        return "ident" if name == "checkoutSessionId" else value

    calls = cleaned([*healthy(INITIATE), *another_session(healthy(INITIATE), 7)], worded)
    assert failed(judged_files(tmp_path, calls)) == set()
    same = [*healthy(INITIATE), *another_session(healthy(INITIATE), 7)]
    number = json.loads(same[0]["response"]["content"]["text"])["checkoutSessionId"]
    same = cleaned(same, lambda name, value: number if name == "checkoutSessionId" else value)
    assert "SESSION-UNIQUE" in failed(judged_files(tmp_path, same))


@pytest.mark.parametrize("mark", ["... 1 more item", "\u2026 1 more", "and 1 more items", "[1 more item]", "..."])
def test_lists_that_a_logger_cut(tmp_path: Path, mark: str) -> None:
    def cut(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: cut(part) for name, part in node.items()}
        return [*map(cut, node[:1]), mark] if isinstance(node, list) and len(node) > 1 else node

    calls = [answered(sent(entry, cut), cut) for entry in healthy()]
    assert failed(judged_files(tmp_path, calls)) == set()
    odd = sent(healthy(INITIATE)[0], lambda body: body | {"lineItemInputs": [*body["lineItemInputs"], "one more item"]})
    assert failed(judged_files(tmp_path, [odd])) == {"SESSION-INVALID"}


def fraction(name: str, value: Any) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def test_whole_numbers_that_a_recorder_wrote_as_fractions(tmp_path: Path) -> None:
    found = judged_files(tmp_path, cleaned(healthy(), fraction))
    assert failed(found) == set() and passed(found) == passed(judged_files(tmp_path, healthy()))
    calls = healthy(INITIATE, READ, QUANTITY)
    calls[0] = cleaned(calls[:1], fraction, answers=False)[0]
    assert failed(judged_files(tmp_path, calls))


REQUIRED = (
    "contactEmail",
    "shippingAddress",
    "lineItemInputs",
    "phoneNumber",
    "city",
    "recipient",
    "itemId",
    "lineItemId",
)


def without(node: Any, name: str) -> Any:
    if isinstance(node, dict):
        return {member: without(part, name) for member, part in node.items() if member != name}
    return [without(part, name) for part in node] if isinstance(node, list) else node


@pytest.mark.parametrize("name", REQUIRED)
def test_a_member_that_is_missing_in_each_request(tmp_path: Path, name: str) -> None:
    def removed(body: Any) -> Any:
        return without(body, name)

    found = judged_files(tmp_path, [sent(entry, removed) for entry in healthy()])
    assert failed(found) == set() and passed(found) > 40


@pytest.mark.parametrize("name", ["phoneNumber", "city", "recipient", "shippingAddress"])
def test_a_member_of_a_person_that_is_missing_everywhere(tmp_path: Path, name: str) -> None:
    def removed(body: Any) -> Any:
        return without(body, name)

    assert failed(judged_files(tmp_path, [answered(sent(entry, removed), removed) for entry in healthy()])) == set()


def test_a_member_that_is_missing_in_one_request_or_was_never_sent(tmp_path: Path) -> None:
    def removed(body: Any) -> Any:
        return without(body, "contactEmail")

    other = [sent(entry, removed) for entry in another_session(healthy(INITIATE), 7)]
    assert failed(judged_files(tmp_path, [*healthy(INITIATE), *other])) == {"SESSION-REQUIRED"}
    lone = sent(healthy(INITIATE)[0], removed)
    length = str(len(lone["request"]["postData"]["text"].encode()))
    lone["request"]["headers"].append({"name": "content-length", "value": length})
    assert failed(judged_files(tmp_path, [lone])) == {"SESSION-REQUIRED"}


def with_headers(entries: Entries, **more: str) -> Entries:
    """The entries with further headers of a client."""
    made = copy.deepcopy(entries)
    for entry in made:
        entry["request"]["headers"] += [
            {"name": name.replace("_", "-"), "value": value} for name, value in more.items()
        ]
    return made


def kept(entry: Json, *names: str) -> Json:
    """An entry with some of its request's headers, and none of the API's in its answer."""
    made = copy.deepcopy(entry)
    made["request"]["headers"] = [header for header in entry["request"]["headers"] if header["name"].lower() in names]
    made["response"]["headers"] = [
        header for header in entry["response"]["headers"] if not header["name"].startswith("x-")
    ]
    return made


def test_headers_of_a_list_from_some_call_on(tmp_path: Path) -> None:
    listed = ("host", "accept", "content-type", "user-agent")
    calls = with_headers(healthy(), user_agent="shop/1", accept_encoding="gzip", connection="keep-alive")
    later = with_headers(
        another_session(healthy(), 7), user_agent="shop/1", accept_encoding="gzip", connection="keep-alive"
    )
    assert failed(judged_files(tmp_path, [*calls, *(kept(entry, *listed) for entry in later)])) == set()
    assert failed(judged_files(tmp_path, [*calls, *(kept(entry, *listed[:3]) for entry in later)])) == set()
    forgotten = [kept(entry, *listed, "accept-encoding", "connection") for entry in later]
    assert "MARKET-REQUIRED" in failed(judged_files(tmp_path, [*calls, *forgotten]))
    of_another = copy.deepcopy(forgotten)
    for entry in of_another:
        entry["request"]["headers"] = [
            header | {"value": "curl/8"} if header["name"] == "user-agent" else header
            for header in entry["request"]["headers"]
            if header["name"] != "connection"
        ]
    assert "MARKET-REQUIRED" in failed(judged_files(tmp_path, [*calls, *of_another]))


@pytest.mark.parametrize(
    "value",
    [
        "8e7ab5d8f81e9f684462cc68ff02485b",
        "6903c0c9dda33985",
        "sha256:6903c0c9",
        "<MARKETPLACE>",
        "EBAY_\u2026",
        "EBA...",
    ],
)
def test_a_marketplace_that_was_hashed_or_cut(tmp_path: Path, value: str) -> None:
    def renamed(calls: Entries, marketplace: str) -> Entries:
        made = copy.deepcopy(calls)
        for entry in made:
            for header in entry["request"]["headers"]:
                if header["name"] == MARKETPLACE:
                    header["value"] = marketplace
        return made

    found = judged_files(tmp_path, renamed(healthy(), value))
    assert failed(found) == set() and passed(found) > 40
    assert failed(judged_files(tmp_path, renamed(healthy(INITIATE), "WALMART_US"))) == {"MARKET-SUPPORTED"}


def _as_members(entry: Json, of_request: str, of_response: str) -> Json:
    """An entry whose bodies a logger wrote as objects, each in a member of that name."""
    made = copy.deepcopy(entry)
    data, text = made["request"].pop("postData", None), made["response"].pop("content")["text"]
    if data:
        made["request"][of_request] = json.loads(data["text"])
    made["response"][of_response] = json.loads(text) if text else None
    return made


@pytest.mark.parametrize("names", [("postData", "content"), ("body", "body")], ids=["HAR", "body"])
def test_bodies_as_objects_are_read(tmp_path: Path, names: tuple[str, str]) -> None:
    calls = [_as_members(entry, *names) for entry in healthy()]
    assert passed(judged_files(tmp_path, calls)) == passed(judged_files(tmp_path, healthy()))
    broken = [answered(healthy(INITIATE)[0], lambda body: without(body, "seller"))]
    assert failed(judged_files(tmp_path, [_as_members(entry, *names) for entry in broken])) == {"SESSION-FIELDS"}


def test_an_object_that_is_no_body_is_unknown(tmp_path: Path) -> None:
    calls = healthy(INITIATE, READ)
    calls[READ]["response"]["content"]["text"] = {"type": "Buffer", "data": [123, 125]}
    found = judged_files(tmp_path, calls)
    assert failed(found) == set() and "The answer's body is not recorded in 1 of 2 calls." in found.notes


@pytest.mark.parametrize("name", ["title", "message", "imageUrl"])
def test_what_no_rule_compares_may_be_cut(name: str) -> None:
    assert not scan({"lineItems": [{name: "Oak book\u2026", "price": "1.00"}]}).perhaps_cut


def test_the_lock_after_payment_is_still_seen(tmp_path: Path) -> None:
    """Texts of persons were hashed, and a paid session was changed."""
    calls = healthy()
    calls[LOCKED] = copy.deepcopy(calls[LOCKED])
    calls[LOCKED]["response"] = copy.deepcopy(calls[QUANTITY]["response"])
    hashed = cleaned(calls, lambda name, value: digest(value).hex()[:16] if name in PERSONS else value)
    assert failed(judged_files(tmp_path, calls)) == failed(judged_files(tmp_path, hashed)) != set()
    assert PLACE < LOCKED
