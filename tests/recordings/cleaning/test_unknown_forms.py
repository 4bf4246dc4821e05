"""Bodies that a recorder wrote anew as a whole, and members that it adds or empties in each call of a file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.recordings.cleaning.test_rewritten import sent
from tests.recordings.inputs.made import INITIATE, LOCKED, READ, answered, healthy, judged_files, undated
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
