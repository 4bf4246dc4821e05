"""Values, headers and bodies that cleaners and loggers left are unknown; what a server said is not."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.recordings.cleaning.marks import OF_PERSONS, is_redacted, stands_for_another
from conformance.recordings.cleaning.scan import scan, shown_headers
from tests.recordings.inputs.made import INITIATE, QUANTITY, READ, answered, healthy, judged_files, later
from tests.recordings.inputs.odd_recorders import Entries, Json
from tests.recordings.judging import failed, passed

DIGESTS = [hashlib.md5(b"x").hexdigest(), hashlib.sha256(b"x").hexdigest()]
MARKS = (
    "\u2022\u2022\u2022\u2022\u2022\u2022", "anonymous", "undefined", "N/A", "[deleted]", "<private>", "\u2588" * 5, "---", "\u2026",
    "...", "%EMAIL%", "$EMAIL", "__EMAIL__", "PII", "EMAIL", "*", "secret", "***", "#####", "${mail}", "SANITIZED", "(omitted)",
    "<masked>", "<email>", "[EMAIL]", "EMAIL_REDACTED", "someone@redacted.com", "[Object]", "[object Object]", "????", *DIGESTS,
)  # fmt: skip
SAID = (
    "Oak book stand", "None", "EBAY_US", "v1|19141017301|0", "guest1@example.com", "no address", "two@@example.com ", "@", "", " ",
    "12.00", "-1", "Unit (5)", "Apt #4", "O'Neil-Smith", "The value is hidden, please give one", "XX", "1820 Alder Street",
)  # fmt: skip


@pytest.mark.parametrize("mark", MARKS)
def test_a_cleaners_value_is_unknown(mark: str) -> None:
    for name in ("contactEmail", "value", "phoneNumber"):
        assert scan({"outer": {name: mark}}).taken_out == {"outer"}


@pytest.mark.parametrize("text", SAID)
def test_what_was_said_is_known(text: str) -> None:
    assert not is_redacted(text) and not scan({"outer": {"label": text}}).taken_out


def test_words_may_be_said_in_free_texts() -> None:
    assert stands_for_another("undefined", "quantity") and not stands_for_another("undefined", "title")
    assert not stands_for_another("EMAIL", "marketingChannels")
    assert stands_for_another("none", "city") and not stands_for_another("none", "redemptionCode")


def test_headers_that_were_taken_out_joined_or_cut() -> None:
    marketplace, media = "x-ebay-c-marketplace-id", "content-type"
    sent = {marketplace: "EBAY_US, EBAY_US", media: "application/json, application/json", "accept": "a, b"}
    assert shown_headers(sent) == ({marketplace: "EBAY_US", media: "application/json", "accept": "a, b"}, frozenset())
    for value in ("[REDACTED]", "***", "EBAY_US, EBAY_DE", "undefined", "-"):
        assert shown_headers({marketplace: value}) == ({}, frozenset({marketplace}))
    for value in ("application/", "appl", "hidden", "{{ct}}"):
        assert shown_headers({media: value}) == ({}, frozenset({media}))
    assert not shown_headers({media: "text/plain", marketplace: "EBAY_XX"}).open


def with_header(entry: Json, part: str, name: str, value: str | None) -> Json:
    made = copy.deepcopy(entry)
    kept = [header for header in made[part]["headers"] if header["name"].lower() not in (name, "host")]
    added = [] if value is None else [{"name": name, "value": value}]
    made[part]["headers"] = [*kept, *added, {"name": "host", "value": "apix.shop.example"}]
    return made


@pytest.mark.parametrize("value", ["[REDACTED]", "***", "hidden", "{{ct}}", "EBAY_US, EBAY_DE"])
@pytest.mark.parametrize("place", [INITIATE, READ, QUANTITY])
def test_a_marketplace_that_was_taken_out_of_one_call(tmp_path: Path, value: str, place: int) -> None:
    calls = [with_header(entry, "request", "x-ebay-c-marketplace-id", "EBAY_US") for entry in healthy()]
    calls[place] = with_header(calls[place], "request", "x-ebay-c-marketplace-id", value)
    assert failed(judged_files(tmp_path, calls)) == set()


def test_a_marketplace_that_is_blank_or_missing(tmp_path: Path) -> None:
    """A fact where another call of the file has one, unknown where the file shows none."""
    name = "x-ebay-c-marketplace-id"
    good = [with_header(entry, "request", name, "EBAY_US") for entry in healthy(INITIATE, READ)]
    for value in ("", None):
        bad = [with_header(entry, "request", name, value) for entry in later(healthy(QUANTITY), 5000)]
        assert failed(judged_files(tmp_path, bad)) == set()
        assert failed(judged_files(tmp_path, good, bad)) == set()
        assert failed(judged_files(tmp_path, [*good, *bad])) == {"MARKET-REQUIRED"}


@pytest.mark.parametrize("value", ["[REDACTED]", "***", "hidden", "application/", "application/json, application/json"])
def test_an_answers_media_type_that_was_taken_out(tmp_path: Path, value: str) -> None:
    calls = [with_header(entry, "response", "content-type", "application/json") for entry in healthy()]
    calls[READ] = with_header(calls[READ], "response", "content-type", value)
    assert failed(judged_files(tmp_path, calls)) == set()
    calls[READ] = with_header(calls[READ], "response", "content-type", "text/plain")
    assert failed(judged_files(tmp_path, calls)) == {"TYPE-JSON"}


@pytest.mark.parametrize("name", ["content-type", "x-ebay-security-signature"])
def test_an_answers_header_that_is_blank_in_each_call(tmp_path: Path, name: str) -> None:
    calls = [with_header(entry, "response", name, "") for entry in healthy()]
    assert failed(judged_files(tmp_path, calls)) == set()


def test_each_file_has_its_own_recorder(tmp_path: Path) -> None:
    def without(entry: Json) -> Json:
        made = copy.deepcopy(entry)
        kept = ("x-ebay-security-signature", "content-type")
        made["response"]["headers"] = [
            header for header in entry["response"]["headers"] if header["name"].lower() not in kept
        ]
        made["response"]["headers"].append({"name": "server", "value": "x"})
        made["response"]["content"]["mimeType"] = ""
        return made

    bare = json.loads(
        json.dumps([without(entry) for entry in healthy(INITIATE)]).replace(
            '{\\"checkoutSessionId\\":\\"4', '{\\"checkoutSessionId\\":\\"5'
        )
    )
    assert failed(judged_files(tmp_path, healthy(), later(bare, 60_000))) == set()
    assert failed(judged_files(tmp_path, [*healthy(), *later(bare, 60_000)])) == {"TYPE-JSON", "SESSION-SIGNATURE"}


def with_text(entry: Json, write: Callable[[str], Any], *, sized: bool) -> Json:
    """An entry whose answer a logger wrote in its own way; the sizes stay those of the wire unless they are its own."""
    made = copy.deepcopy(entry)
    text, written = made["response"]["content"]["text"], write(made["response"]["content"]["text"])
    length = len((written if sized else text).encode())
    made["response"]["content"] |= {"text": written, "size": length}
    kept = [header for header in made["response"]["headers"] if header["name"].lower() != "content-length"]
    made["response"]["headers"] = [*kept, {"name": "content-length", "value": str(length)}]
    return made


LOGGED: dict[str, Callable[[str], str]] = {
    "objects": lambda text: json.dumps({name: "[Object]" for name in json.loads(text)}),
    "lists": lambda text: json.dumps(json.loads(text) | {"lineItems": "[Array]"}),
    "truncated": lambda text: json.dumps({"truncated": True, "preview": text[:50]}),
    "redacted": lambda text: '{"redacted": true}',
    "null": lambda text: "null",
    "word": lambda text: '"[body]"',
}


@pytest.mark.parametrize("name", LOGGED)
def test_a_loggers_word_for_a_body_is_unknown(tmp_path: Path, name: str) -> None:
    for place in (INITIATE, READ, 5):
        calls = healthy()
        calls[place] = with_text(calls[place], LOGGED[name], sized=False)
        found = judged_files(tmp_path, calls)
        assert failed(found) == set() and passed(found) > 60


def test_json_in_a_string_is_decoded_unless_the_length_is_its_own(tmp_path: Path) -> None:
    calls: Entries = [with_text(entry, json.dumps, sized=False) for entry in healthy()]
    assert passed(judged_files(tmp_path, calls)) == passed(judged_files(tmp_path, healthy()))
    assert failed(judged_files(tmp_path, [with_text(healthy(INITIATE)[0], json.dumps, sized=True)]))
    assert failed(judged_files(tmp_path, [with_text(healthy(INITIATE)[0], lambda text: "null", sized=True)]))


@pytest.mark.parametrize("value", ["", None])
def test_an_email_that_is_blank_in_each_call(tmp_path: Path, value: Any) -> None:
    def blanked(entry: Json) -> Json:
        made = copy.deepcopy(entry)
        sent = json.loads(made["request"]["postData"]["text"]) | {"contactEmail": value}
        made["request"]["postData"]["text"] = json.dumps(sent)
        return made

    (initiate,) = healthy(INITIATE)
    assert failed(judged_files(tmp_path, [blanked(initiate)])) == set()
    other = answered(later([initiate], 60_000)[0], lambda body: body | {"checkoutSessionId": "700000000001"})
    assert failed(judged_files(tmp_path, [initiate, blanked(other)])) == {"SESSION-INVALID"}


@pytest.mark.parametrize("value", ["", None])
@pytest.mark.parametrize(
    "name", ["contactEmail", "phoneNumber", "firstName", "city", "itemId", "redemptionCode", "lineItemId"]
)
def test_what_is_blank_in_each_request(tmp_path: Path, name: str, value: Any) -> None:
    """A cleaner takes the texts of a person out of answers too."""

    def blanked(text: str) -> str:
        return re.sub(rf'("{name}"\s*:\s*)"(?:[^"\\]|\\.)*"', rf"\g<1>{json.dumps(value)}", text)

    calls = [with_text(entry, blanked if name in OF_PERSONS else str, sized=True) for entry in healthy()]
    for entry in calls:
        if "postData" in entry["request"]:
            entry["request"]["postData"]["text"] = blanked(entry["request"]["postData"]["text"])
    found = judged_files(tmp_path, calls)
    assert failed(found) == set() and passed(found) > 40


@pytest.mark.parametrize("digest", DIGESTS)
def test_a_digest_is_an_id_where_requests_name_it(tmp_path: Path, digest: str) -> None:
    text = json.dumps(healthy())
    session = json.loads(healthy(INITIATE)[0]["response"]["content"]["text"])["checkoutSessionId"]
    renamed: Entries = json.loads(text.replace(session, digest))
    assert passed(judged_files(tmp_path, renamed)) == passed(judged_files(tmp_path, healthy()))
    half = [entry | {"request": healthy()[place]["request"]} for place, entry in enumerate(renamed)]
    assert failed(judged_files(tmp_path, half)) == set()
