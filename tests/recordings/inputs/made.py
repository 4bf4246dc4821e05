"""Recordings made of the healthy traffic: further sessions, later recorders, files of several recorders."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from conformance.core.profile_reader import load
from conformance.judging.load_rules import load_rules
from conformance.recordings.files import read
from conformance.recordings.judge_contents import JudgedRecording, judge_contents
from tests.recordings.inputs.odd_recorders import Entries, Json, began, har
from tests.recordings.inputs.shapes import HEALTHY, _z, entry_of, traffic

# The places of the healthy session's calls.
INITIATE, READ, QUANTITY, OPTION, APPLY, APPLY_REFUSED, READ_AGAIN, QUANTITY_REFUSED, PLACE, READ_ORDER, LOCKED = range(
    11
)


def healthy(*places: int) -> Entries:
    """The healthy session, or some of its calls."""
    entries = [entry_of(call, _z(call)) for call in traffic(HEALTHY)]
    return [entries[place] for place in places] if places else entries


def later(entries: Entries, ms: float) -> Entries:
    """The same entries as a recorder whose clock is ahead lists them."""
    return [
        entry | {"startedDateTime": (began(entry) + timedelta(milliseconds=ms)).isoformat(timespec="microseconds")}
        for entry in entries
    ]


def dated(entries: Entries) -> Entries:
    """The entries with a Date header in each answer, of the second in which it began."""
    made = [copy.deepcopy(entry) for entry in entries]
    for entry in made:
        headers = [header for header in entry["response"]["headers"] if header["name"].lower() != "date"]
        date = began(entry).strftime("%a, %d %b %Y %H:%M:%S GMT")
        entry["response"]["headers"] = [*headers, {"name": "date", "value": date}]
    return made


def undated(entries: Entries) -> Entries:
    """The entries without any Date header."""
    made = [copy.deepcopy(entry) for entry in entries]
    for entry in made:
        kept = [header for header in entry["response"]["headers"] if header["name"].lower() != "date"]
        entry["response"]["headers"] = kept
    return made


def another_session(entries: Entries, number: int) -> Entries:
    """The same calls in a session of another id."""
    text = json.dumps(entries)
    first = json.loads(healthy(INITIATE)[0]["response"]["content"]["text"])
    paid = json.loads(healthy(PLACE)[0]["response"]["content"]["text"])
    for known in (first["checkoutSessionId"], paid["purchaseOrderId"]):
        text = text.replace(known, f"{int(known) + number}")
    for line in first["lineItems"]:
        text = text.replace(line["lineItemId"], f"{int(line['lineItemId']) + number}")
    made: Entries = json.loads(text)
    return later(made, number * 60_000)


def answered(entry: Json, change: Callable[[Any], Any]) -> Json:
    """An entry with another answer."""
    made = copy.deepcopy(entry)
    text = json.dumps(change(json.loads(made["response"]["content"]["text"])))
    made["response"]["content"] |= {"text": text, "size": len(text.encode())}
    made["response"]["headers"] = [
        header for header in made["response"]["headers"] if header["name"].lower() != "content-length"
    ]
    return made


def judged_files(folder: Path, *files: Entries) -> JudgedRecording:
    """Several files judged together, with the mock's profile."""
    load_rules()
    paths = [folder / f"{number}.har" for number in range(len(files))]
    for path, entries in zip(paths, files, strict=True):
        path.write_text(json.dumps(har(entries)), encoding="utf-8")
    return judge_contents(read(paths), load("mock"), b"key", roles=True)
