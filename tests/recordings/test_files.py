"""Files of recordings: lines of logs, cut documents, what is none; and no secret of a file reaches a report."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.core.inputs import InputError, checked_file
from conformance.recordings.bodies import unpacked
from conformance.recordings.files import read
from conformance.recordings.secrets import without_user
from tests.recordings.inputs.made import INITIATE, READ, answered, healthy, judged_files
from tests.recordings.inputs.odd_recorders import har
from tests.recordings.inputs.shapes import HEALTHY, playwright, traffic
from tests.recordings.judging import failed, judged


@pytest.mark.parametrize("member", ["log", "@message", "message", "msg"])
def test_an_entry_in_the_line_of_a_log(tmp_path: Path, member: str) -> None:
    lines = [json.dumps({"stream": "stdout", member: json.dumps(entry) + "\n"}) for entry in healthy()]
    (tmp_path / "a.log").write_text("\n".join(['{"log": "started"}', *lines]), encoding="utf-8")
    found = read([tmp_path / "a.log"])
    assert len(found.entries) == len(healthy()) and found.odd == 1


def test_where_a_document_breaks_is_told(tmp_path: Path) -> None:
    text = json.dumps(har(healthy()))
    (tmp_path / "cut.har").write_text(text[:3000], encoding="utf-8")
    with pytest.raises(InputError, match=r"cut\.har is no whole JSON, it breaks at line 1, character \d+"):
        read([tmp_path / "cut.har"])


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_zeros_are_no_recording(tmp_path: Path, pack: type) -> None:
    (tmp_path / "zeros").write_bytes(pack(bytes(20_000_000)))
    with pytest.raises(InputError, match="zeros is neither"):
        read([tmp_path / "zeros"])


MEMBERS = {
    "a line each": lambda lines: b"".join(map(gzip.compress, lines)),
    "with an empty one": lambda lines: (
        gzip.compress(lines[0]) + gzip.compress(b"") + gzip.compress(b"".join(lines[1:]))
    ),
    "padded": lambda lines: gzip.compress(b"".join(lines)) + bytes(512),
    "large": lambda lines: gzip.compress(os.urandom(40_000).hex().encode() + b"\n") + gzip.compress(b"".join(lines)),
}


@pytest.mark.parametrize("packed", MEMBERS)
def test_each_member_of_a_gzip_file_is_read(tmp_path: Path, packed: str) -> None:
    """A log that is rotated by appending; the breach stands in the last member."""
    calls = healthy(INITIATE, READ)
    calls[1] = answered(calls[1], lambda body: {name: part for name, part in body.items() if name != "lineItems"})
    lines = [json.dumps(entry).encode() + b"\n" for entry in calls]
    (tmp_path / "a.jsonl.gz").write_bytes(MEMBERS[packed](lines))
    found = judged(tmp_path / "a.jsonl.gz", known=False)
    assert len(found.traces[0].exchanges) == 2 and failed(found)


def test_what_follows_a_member_and_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(json.dumps(healthy()[0]).encode()) + b"PK no member")
    with pytest.raises(InputError, match="packed by gzip and cannot be unpacked"):
        read([tmp_path / "a.jsonl.gz"])


def test_an_archive_with_a_damaged_member_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.har", json.dumps(har(healthy())))
    raw = bytearray((tmp_path / "a.zip").read_bytes())
    raw[200:260] = bytes(60)
    (tmp_path / "a.zip").write_bytes(raw)
    with pytest.raises(InputError, match=r"a\.zip is an archive that cannot be unpacked"):
        read([tmp_path / "a.zip"])


def test_what_many_members_hold_is_bounded() -> None:
    assert len(unpacked(gzip.compress(bytes(1_000_000)) * 50, 1_500_000)) == 1_500_000


NO_JSON = {
    "date": "maxEstimatedDeliveryDate: 2026-01-05T09:30:00.000Z",
    "bytes": "purchaseOrderId: !!binary aGVsbG8=",
    "itself": "lineItems: [*body]",
    "infinity": "price: .inf",
}


@pytest.mark.parametrize("member", NO_JSON)
def test_a_body_with_what_json_has_not_is_unknown(tmp_path: Path, member: str) -> None:
    """YAML knows more kinds of values than JSON; without the member the same answer lacks what it has to have."""
    text = (
        "interactions:\n- request: {method: GET, uri: 'https://x/buy/order/v2/guest_checkout_session/1'}\n"
        "  response: {status: {code: 200}, body: &body {checkoutSessionId: '1', 5: a, MEMBER}}\n"
    )
    (tmp_path / "a.yaml").write_text(text.replace("MEMBER", NO_JSON[member]), encoding="utf-8")
    found = judged(tmp_path / "a.yaml", known=False)
    assert failed(found) == set() and "The answer's body is not recorded in 1 of 1 calls." in found.notes
    (tmp_path / "a.yaml").write_text(text.replace(", MEMBER", ""), encoding="utf-8")
    assert failed(judged(tmp_path / "a.yaml", known=False)) == {"SESSION-FIELDS"}


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="no regular file"):
        checked_file(tmp_path / "pipe", "--recording")
    with pytest.raises(InputError, match="no regular file"):
        checked_file(Path("/dev/zero"), "--recording")
    assert checked_file(Path(os.devnull), "--waivers")


HEADERS = (
    "X-Api-Key",
    "X-CSRF-Token",
    "Ocp-Apim-Subscription-Key",
    "X-Auth-Token",
    "X-Amz-Security-Token",
    "Api-Secret",
)


@pytest.mark.parametrize("said_back", [True, False])
def test_headers_and_addresses(tmp_path: Path, said_back: bool) -> None:
    calls = healthy(INITIATE, READ)
    secrets = {name: f"geheim{place}-0x9f8e7d" for place, name in enumerate(HEADERS)}
    calls[1]["request"]["headers"] += [{"name": name, "value": value} for name, value in secrets.items()]
    calls[1]["response"]["headers"].append({"name": "X-Refresh-Token", "value": "geheimREFRESH3"})
    url = calls[1]["request"]["url"].replace("https://", "https://deploy:geheimURL77@")
    calls[1]["request"]["url"] = f"{url}?access_token=geheimQuery1&password=geheimer1"
    if said_back:
        words = " ".join([*secrets.values(), "geheimREFRESH3", "geheimURL77", "geheimQuery1", "geheimer1"])
        calls[1] = answered(calls[1], lambda body: body | {"note": words})
    found = judged_files(tmp_path, calls)
    assert "geheim" not in json.dumps([exchange.record() for exchange in found.traces[0].exchanges])
    assert failed(found) == set()


def test_harmless_headers_stay(tmp_path: Path) -> None:
    (call,) = healthy(INITIATE)
    call["response"]["headers"].append({"name": "ETag", "value": "abcdef0123456789"})
    (exchange,) = judged_files(tmp_path, [call]).traces[0].exchanges
    assert exchange.headers["etag"] == "abcdef0123456789"


def test_a_url_without_its_user() -> None:
    assert without_user("https://a:b@h:1/x?y#z") == "https://h:1/x" and without_user("/x@y?z") == "/x@y"


@pytest.mark.parametrize(
    "body", ['{"lineItemId": "1", "qu', "{]", '{"a": 1}\n{"b": ', '{"operation": 7}', "[1, 2", "%PDF"]
)
def test_a_body_in_an_archive_that_is_no_json_is_a_body(tmp_path: Path, body: str) -> None:
    """A client's malformed request: the rest of the archive is judged."""
    calls = traffic(HEALTHY)
    packed = io.BytesIO(playwright(calls))
    with zipfile.ZipFile(packed, "a") as archive:
        for name in ("0.json", "f" * 40 + ".json", "z.yaml"):
            archive.writestr(name, body)
    (tmp_path / "trace.zip").write_bytes(packed.getvalue())
    found = judged(tmp_path / "trace.zip", known=True)
    assert failed(found) == set() and len(found.traces[0].exchanges) == len(calls)
    with zipfile.ZipFile(tmp_path / "only.zip", "w") as archive:
        archive.writestr("0.json", body)
    with pytest.raises(InputError):
        read([tmp_path / "only.zip"])


def _each(entries: list[Any], line: Callable[[Any], str], end: str = "\n") -> str:
    return end.join(map(line, entries))


COLLECTORS: dict[str, Callable[[list[Any]], str]] = {
    "Firehose": lambda entries: _each(entries, json.dumps, ""),
    "some on one line": lambda entries: "\n".join(
        _each(entries[at : at + 3], json.dumps, "") for at in range(0, len(entries), 3)
    ),
    "jq": lambda entries: _each(entries, lambda entry: json.dumps(entry, indent=2)),
    "kubectl": lambda entries: _each(entries, lambda entry: f"2026-01-05T09:30:00.1234Z {json.dumps(entry)}"),
    "CRI": lambda entries: _each(entries, lambda entry: f"2026-01-05T09:30:00.1Z stdout F {json.dumps(entry)}"),
    "a logger": lambda entries: _each(entries, lambda entry: f"[main] INFO shop.Gateway - {json.dumps(entry)}"),
    "journald": lambda entries: _each(entries, lambda entry: json.dumps({"MESSAGE": json.dumps(entry), "PID": "7"})),
    "kcat": lambda entries: _each(entries, lambda entry: json.dumps({"topic": "har", "payload": json.dumps(entry)})),
    "logcli": lambda entries: _each(entries, lambda entry: json.dumps({"line": json.dumps(entry), "labels": {}})),
    "Elastic": lambda entries: _each(entries, lambda entry: json.dumps({"_index": "a", "_source": entry})),
    "Elastic's search": lambda entries: json.dumps(
        {"took": 3, "hits": {"total": {"value": 9}, "hits": [{"_id": "1", "_source": entry} for entry in entries]}}
    ),
    "Datadog": lambda entries: _each(entries, lambda entry: json.dumps({"id": "x", "attributes": entry})),
    "Splunk": lambda entries: _each(
        entries, lambda entry: json.dumps({"preview": False, "result": {"_raw": json.dumps(entry), "host": "a"}})
    ),
}


@pytest.mark.parametrize("written", COLLECTORS.values(), ids=COLLECTORS)
def test_an_entry_in_what_a_collector_of_logs_keeps(tmp_path: Path, written: Callable[[list[Any]], str]) -> None:
    """Whatever the name of its member, and whatever stands before it."""
    path = tmp_path / "kept.log"
    path.write_text(written(healthy()) + "\n", encoding="utf-8")
    found = read([path])
    assert (len(found.entries), found.odd, found.cut) == (len(healthy()), 0, [])
    assert failed(judged(path, known=True)) == set()


def test_a_line_that_is_cut_behind_a_prefix_is_lost(tmp_path: Path) -> None:
    lines = [f"2026-01-05T09:30:00Z stdout F {json.dumps(entry)}" for entry in healthy()]
    path = tmp_path / "cut.log"
    path.write_text("\n".join([*lines[:3], lines[3][:400], *lines[4:]]), encoding="utf-8")
    found = read([path])
    assert found.odd == 1 and found.lossy == {0}
