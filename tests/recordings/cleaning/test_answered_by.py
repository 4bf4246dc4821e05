"""Gateways answer in place of the API: that is nobody's breach. An answer of the server behind them is judged."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from tests.recordings.inputs.made import APPLY, INITIATE, QUANTITY, READ, healthy, judged_files
from tests.recordings.inputs.odd_recorders import Json
from tests.recordings.judging import failed

JSON, PLAIN = "application/json", "text/plain"
KONG = {"server": "kong/3.4.0", "x-kong-response-latency": "1"}
GATEWAYS = {
    "AWS": (403, '{"message":"Forbidden"}', JSON, {"x-amzn-errortype": "ForbiddenException"}),
    "AWS, no token": (401, '{"message":"Unauthorized"}', JSON, {"x-amzn-errortype": "UnauthorizedException"}),
    "Envoy": (403, "RBAC: access denied", PLAIN, {"server": "istio-envoy"}),
    "Envoy, no token": (401, "Jwt is missing", PLAIN, {"server": "envoy"}),
    "Envoy, no server": (500, "upstream failed", PLAIN, {"server": "envoy"}),
    "Kong, no route": (404, '{"message":"no Route matched with those values"}', JSON, KONG),
    "Kong, no token": (401, '{"message":"Unauthorized"}', JSON, {"server": "kong/2.8.1"}),
    "Apigee": (401, '{"fault":{"faultstring":"Invalid access token","detail":{"errorcode":"x"}}}', JSON, {}),
    "load balancer": (413, "", PLAIN, {"server": "awselb/2.0"}),
}
SERVERS = {
    "no gateway": (403, '{"message":"Forbidden"}', JSON, {"server": "nginx"}),
    "server behind Envoy": (404, "not here", PLAIN, {"server": "envoy", "x-envoy-upstream-service-time": "4"}),
    "server behind Kong": (404, '{"message":"x"}', JSON, {"server": "kong/3", "x-kong-upstream-latency": "4"}),
}


def given(entry: Json, status: int, text: str, media: str, headers: dict[str, str]) -> Json:
    """An entry with this answer."""
    made = copy.deepcopy(entry)
    named = [{"name": name, "value": value} for name, value in ({"content-type": media} | headers).items()]
    content = {"size": len(text), "mimeType": media, "text": text}
    made["response"] |= {"status": status, "headers": named, "content": content}
    return made


@pytest.mark.parametrize("place", [READ, QUANTITY, APPLY])
@pytest.mark.parametrize("answer", GATEWAYS.values(), ids=GATEWAYS)
def test_an_answer_of_a_gateway_is_nobodys(
    tmp_path: Path, answer: tuple[int, str, str, dict[str, str]], place: int
) -> None:
    calls = healthy()
    calls[place] = given(calls[place], *answer)
    assert failed(judged_files(tmp_path, calls)) == set()


@pytest.mark.parametrize("answer", SERVERS.values(), ids=SERVERS)
def test_an_answer_of_the_server_is_judged(tmp_path: Path, answer: tuple[int, str, str, dict[str, str]]) -> None:
    initiate, read = healthy(INITIATE, READ)
    assert "ERROR-SHAPE" in failed(judged_files(tmp_path, [initiate, given(read, *answer)]))


def test_a_refusal_of_the_api_passes_through_a_gateway(tmp_path: Path) -> None:
    initiate, read = healthy(INITIATE, READ)
    text = '{"errors":[{"errorId":15003,"message":"No such session"}]}'
    refused = given(read, 409, text, JSON, {"server": "istio-envoy"})
    assert "ERROR-SHAPE" in failed(judged_files(tmp_path, [initiate, refused]))
