"""How many requests are in flight, and that the processes share one rate."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.core.profile import Payment, Profile
from conformance.core.profile_reader import load
from conformance.runner.processes import requests_in_flight, with_share_of_rate

REMOTE = "https://api.sandbox.example.com"


def profile(url: str = "http://127.0.0.1:8080", *, payment: str = "place_order", **transport: Any) -> Profile:
    found = load("mock").with_base_url(url)
    return replace(found, payment=Payment(payment), transport={**found.transport, **transport})


@pytest.mark.parametrize(
    ("target", "cores", "expected"),
    [
        (profile(), 2, 2),
        (profile(), 1, 1),
        (profile(REMOTE), 8, 1),
        (profile(REMOTE, concurrency=8), 1, 8),
        (profile(concurrency=1), 8, 1),
        (profile(payment="manual", concurrency=8), 8, 1),
        (replace(profile(), endpoints={"token": "https://elsewhere.example.com"}), 8, 1),
    ],
)
def test_requests_in_flight(target: Profile, cores: int, expected: int) -> None:
    assert requests_in_flight(target, cores) == expected


def test_the_processes_share_a_rate() -> None:
    target = profile(rate_per_s=10.0)
    assert with_share_of_rate(target, None, 4).transport["rate_per_s"] == 2.5
    assert with_share_of_rate(target, 2.0, 4).transport["rate_per_s"] == 0.5
    assert with_share_of_rate(profile(), None, 4) == profile()
