"""How many processes judge a target, each with one request in flight: a target that waits is asked by several."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest

from conformance.core.inputs import InputError
from conformance.core.profile import Profile
from conformance.core.profile_reader import load, loopback

PAIR = 2  # processes for a target on this machine: a third less time, and the same result


def requests_in_flight(profile: Profile, cores: int) -> int:
    """The profile's `transport.concurrency`; without it two for a target on this machine with two cores, else one."""
    if profile.payment.kind == "manual" or profile.reads_only:
        return 1  # a person pays beside one process
    local = all(loopback(url) for url in (profile.base_url, *profile.endpoints.values()))
    return int(profile.transport.get("concurrency", PAIR if local and cores > 1 else 1))


def with_share_of_rate(profile: Profile, rate_per_s: float | None, processes: int) -> Profile:
    """The profile with this process's share of the requests a second. rate_per_s: instead of the profile's own."""
    rate = rate_per_s or profile.transport.get("rate_per_s")
    return replace(profile, transport={**profile.transport, "rate_per_s": rate / processes}) if rate else profile


def choose_processes(config: pytest.Config) -> None:
    """Sets xdist's `-n` where the command line does not, and hands out tests one at a time."""
    option: Any = config.option
    narrow = (option.requirement, option.failed, option.plan, option.quick, option.measure, option.recording)
    kept_by_one = option.budget is not None or option.time is not None or option.resume or option.usepdb
    if any(narrow) or kept_by_one or getattr(option, "numprocesses", 0) is not None:
        return
    try:
        profile = load(option.target or "mock", option.base_url, offline=True)
    except InputError:
        return  # said in pytest_configure, with everything else that is wrong with the input
    count = requests_in_flight(profile, os.cpu_count() or 1)
    option.numprocesses = count if count > 1 else 0
    option.maxschedchunk = 1
