"""Bodies that a recorder wrote anew as a whole, and members that it adds or empties in each call of a file."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.recordings.cleaning.test_rewritten import sent
from tests.recordings.inputs.made import (
    INITIATE,
    LOCKED,
    READ,
    another_session,
    answered,
    healthy,
    judged_files,
    undated,
)
from tests.recordings.inputs.odd_recorders import Entries, Json
from tests.recordings.judging import failed, passed

Change = Callable[[Any], Any]


def unsized(entries: Entries) -> Entries:
    """The entries as a recorder writes them that knows no length."""
    made: Entries = json.loads(json.dumps(entries))
    for entry in made:
        entry["request"].pop("bodySize", None)
        entry["response"].get("content", {}).pop("size", None)
        for part in (entry["request"], entry["response"]):
            part["headers"] = [each for each in part["headers"] if each["name"].lower() != "content-length"]
    return made


def written(entries: Entries, change: Change) -> Entries:
    return unsized([answered(sent(entry, change), change) for entry in entries])


def flat(separator: str) -> Change:
    """A body as a table of paths and values."""

    def leaves(node: Any, path: str) -> Any:
        parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        if not isinstance(node, dict | list):
            yield path, node
        for name, part in parts:
            yield from leaves(part, f"{path}{separator}{name}" if path else str(name))

    return lambda body: dict(leaves(body, ""))


def renamed(name_of: Callable[[str], str]) -> Change:
    def change(node: Any) -> Any:
        if isinstance(node, dict):
            return {name_of(name): change(part) for name, part in node.items()}
        return [change(part) for part in node] if isinstance(node, list) else node

    return change


def words(name: str) -> str:
    return re.sub("([A-Z])", r" \1", name).title()


FORMS: dict[str, Change] = {
    "paths with dots": flat("."),
    "paths with underscores": flat("_"),
    "@ before names": renamed(lambda name: f"@{name}"),
    "a type behind names": renamed(lambda name: f"{name}_s"),
    "quoted names": renamed(lambda name: f'"{name}"'),
    "names as words": renamed(words),
    "names cut at ten letters": renamed(lambda name: name[:10]),
}


@pytest.mark.parametrize("change", FORMS.values(), ids=FORMS)
def test_a_form_that_no_accepted_request_can_have_is_the_recorders(tmp_path: Path, change: Change) -> None:
    assert failed(judged_files(tmp_path, written(healthy(), change))) == set()


@pytest.mark.parametrize("change", FORMS.values(), ids=FORMS)
def test_the_same_form_in_answers_alone_is_the_servers(tmp_path: Path, change: Change) -> None:
    assert failed(judged_files(tmp_path, unsized([answered(entry, change) for entry in healthy(INITIATE, READ)])))


def test_text_that_is_no_json_on_both_sides(tmp_path: Path) -> None:
    """Python's word for bytes, whose size was counted from it."""
    calls = unsized(healthy())
    for entry in calls:
        for part in filter(None, (entry["request"].get("postData"), entry["response"]["content"])):
            part["text"] = repr(part["text"].encode())
            part["size"] = len(part["text"])
        if "postData" in entry["request"]:
            entry["request"]["bodySize"] = entry["request"]["postData"]["size"]
    assert failed(judged_files(tmp_path, calls)) == set()
    answers = [entry | {"request": whole["request"]} for entry, whole in zip(calls, unsized(healthy()), strict=True)]
    assert "TYPE-JSON" in failed(judged_files(tmp_path, answers))


def in_each(node: Any, name: str, value: Any) -> Any:
    """A JSON value with this value in each member of that name."""
    if isinstance(node, dict):
        return {member: value if member == name else in_each(part, name, value) for member, part in node.items()}
    return [in_each(part, name, value) for part in node] if isinstance(node, list) else node


@pytest.mark.parametrize("empty", [None, {}])
def test_an_address_that_is_empty_in_each_call(tmp_path: Path, empty: Any) -> None:
    calls = written(healthy(), lambda body: in_each(body, "shippingAddress", empty))
    assert failed(judged_files(tmp_path, calls)) == set()
    first, *rest = unsized(healthy(INITIATE, READ))
    answers = [first, *(answered(entry, lambda body: in_each(body, "shippingAddress", empty)) for entry in rest)]
    assert "SESSION-FIELDS" in failed(judged_files(tmp_path, unsized(answers)))


def zeros(body: Any) -> Any:
    def of_ids(node: Any, name: str = "") -> Any:
        if isinstance(node, dict):
            return {member: of_ids(part, member) for member, part in node.items()}
        if isinstance(node, list):
            return [of_ids(part, name) for part in node]
        return re.sub("[0-9]", "0", node) if name.endswith("Id") and isinstance(node, str) else node

    return of_ids(body)


@pytest.mark.parametrize(
    "change", [zeros, lambda body: in_each(in_each(body, "checkoutSessionId", "0"), "lineItemId", "0")]
)
def test_ids_without_any_digit_but_zero(tmp_path: Path, change: Change) -> None:
    assert failed(judged_files(tmp_path, written(healthy(), change))) == set()


OPTIONAL = ("addressLine2", "county", "warnings", "additionalSavings", "longMessage")


def typed(body: Any, *, request: bool) -> Any:
    """A body as a logger writes it from objects of classes, which have a member for each thing that may be there."""
    made = json.loads(json.dumps(body))
    address = made.get("shippingAddress")
    if isinstance(address, dict):
        made["shippingAddress"] = {"county": None, "addressLine2": None} | address
    if not request and "lineItems" in made:
        made = {"warnings": None, "appliedCoupons": None} | made
    return made


def of_classes(entry: Json) -> Json:
    return answered(sent(entry, lambda body: typed(body, request=True)), lambda body: typed(body, request=False))


def test_null_for_each_thing_that_is_not_there(tmp_path: Path) -> None:
    calls = healthy(INITIATE, READ)
    found = judged_files(tmp_path, undated(unsized([of_classes(entry) for entry in calls])))
    assert failed(found) == set() and passed(found) > 30
    answers = [answered(entry, lambda body: typed(body, request=False)) for entry in calls]
    assert failed(judged_files(tmp_path, unsized(answers)))  # the request shows no such logger


def test_one_filled_member_left_out_is_no_typed_logger(tmp_path: Path) -> None:
    """Another call of the file has no such member: then null is the server's."""
    first, second = healthy(INITIATE, READ)
    assert failed(judged_files(tmp_path, unsized([of_classes(first), second])))


def test_a_refusal_keeps_its_place(tmp_path: Path) -> None:
    calls = written(healthy(), flat("."))
    calls[LOCKED] = healthy()[LOCKED]
    assert failed(judged_files(tmp_path, calls)) == set()


def made_up_items(body: Any) -> Any:
    text = re.sub(r"v1\|([0-9]+)\|0", lambda found: f"ITEM_{int(found.group(1)) % 99991:x}", json.dumps(body))
    return json.loads(text)


def test_items_under_other_names_on_both_sides(tmp_path: Path) -> None:
    """The answers are still judged; a request of its own length was rewritten by nobody."""
    calls = written(healthy(), made_up_items)
    found = judged_files(tmp_path, calls)
    assert failed(found) == set() and passed(found) > 60
    one = sent(healthy(INITIATE)[0], made_up_items)
    mixed = unsized([one, *healthy(READ)])
    assert "SESSION-INVALID" in failed(judged_files(tmp_path, mixed))


def as_numbers(node: Any) -> Any:
    """Amounts as numbers, in answers alone."""
    if isinstance(node, dict):
        return {
            name: float(part) if name == "value" and isinstance(part, str) else as_numbers(part)
            for name, part in node.items()
        }
    return [as_numbers(part) for part in node] if isinstance(node, list) else node


def with_length(entry: Json, length: int) -> Json:
    made = unsized([entry])[0]
    made["response"]["headers"].append({"name": "content-length", "value": str(length)})
    return made


@pytest.mark.parametrize("share", [1, 0.2])
def test_an_answer_that_has_not_the_length_of_its_header(tmp_path: Path, share: float) -> None:
    """Refusals have theirs. An answer that is much longer than its header says was packed, and is as it was."""
    refused, calls = healthy(LOCKED)[0], healthy(INITIATE, READ)
    lengths = [len(entry["response"]["content"]["text"].encode()) for entry in calls]
    own = len(refused["response"]["content"]["text"].encode())
    whole = [with_length(refused, own) for _ in range(3)]
    for place, entry in enumerate(whole):
        entry["startedDateTime"] = f"2026-01-05T11:30:0{place}.000Z"
    changed = [
        with_length(answered(entry, as_numbers), int(length * share))
        for entry, length in zip(calls, lengths, strict=True)
    ]
    assert failed(judged_files(tmp_path, [*changed, *whole])) == (set() if share == 1 else {"SESSION-FIELDS"})


LOST: dict[str, Callable[[str], str]] = {
    "dropped": lambda text: text.encode("ascii", "ignore").decode(),
    "as question marks": lambda text: text.encode("ascii", "replace").decode(),
    "as entities": lambda text: text.encode("ascii", "xmlcharrefreplace").decode(),
}


def in_german(body: Any) -> Any:
    return json.loads(json.dumps(body).replace("Portland", "K\u00f6ln a. Stra\u00dfe"))


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
def test_letters_that_only_the_answer_has(tmp_path: Path, lose: Callable[[str], str]) -> None:
    """A server cannot restore what it was not sent; that it loses letters is a breach."""
    whole = unsized([answered(sent(entry, in_german), in_german) for entry in healthy(INITIATE, READ)])

    def lost(body: Any) -> Any:
        return json.loads(lose(json.dumps(body, ensure_ascii=False)))

    assert failed(judged_files(tmp_path, whole)) == set()
    assert failed(judged_files(tmp_path, [sent(entry, lost) for entry in whole])) == set()
    assert "SESSION-CREATE" in failed(judged_files(tmp_path, [answered(whole[0], lost)]))


def test_half_a_postal_code_in_answers(tmp_path: Path) -> None:
    def half(body: Any) -> Any:
        return json.loads(json.dumps(body).replace("97205", "972XX"))

    assert failed(judged_files(tmp_path, [answered(entry, half) for entry in healthy(INITIATE, READ)])) == set()


def test_ids_of_lines_that_are_made_up_for_each_call(tmp_path: Path) -> None:
    """No accepted change can name a line that nobody has ever shown; one answer with other ids is the server's."""
    numbers = itertools.count(10**9)

    def anew(body: Any) -> Any:
        return json.loads(
            re.sub(r'"lineItemId": "[0-9]+"', lambda _: f'"lineItemId": "{next(numbers)}"', json.dumps(body))
        )

    calls = [entry for number in range(3) for entry in another_session(healthy(), number)]
    assert failed(judged_files(tmp_path, written(calls, anew))) == set()
    answers = [calls[0], answered(calls[1], anew), *calls[2:]]
    assert "SESSION-UNIQUE" in failed(judged_files(tmp_path, unsized(answers)))
