"""No secret of a recording reaches a report: of headers, of the address, said back or not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.recordings.secrets import without_user
from tests.recordings.inputs.made import INITIATE, READ, answered, healthy, judged_files
from tests.recordings.judging import failed

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
