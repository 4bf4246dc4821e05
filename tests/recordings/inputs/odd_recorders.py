"""Recordings as odd recorders, cleaners and gateways leave them. Each tells whether a planted fault can still be seen in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Json = dict[str, Any]
Entries = list[Json]


@dataclass(frozen=True)
class Odd:
    """A way to write a recording. shows: whether what a cart holds can still be followed in it."""

    name: str
    write: Callable[[Entries], Any]
    shows: bool = True


ODD: list[Odd] = []


def odd(write: Callable[[Entries], Any]) -> Callable[[Entries], Any]:
    """Adds a recorder that shows every body."""
    ODD.append(Odd(write.__name__, write))
    return write


def blind(write: Callable[[Entries], Any]) -> Callable[[Entries], Any]:
    """Adds a recorder that leaves out what a rule about carts needs."""
    ODD.append(Odd(write.__name__, write, shows=False))
    return write


def har(entries: Entries) -> Json:
    """A HAR of these entries."""
    return {"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": entries}}


def began(entry: Json) -> datetime:
    """When an entry began."""
    return datetime.fromisoformat(entry["startedDateTime"].replace("Z", "+00:00"))


def content(entry: Json) -> Json:
    """The content of an answer."""
    found: Json = entry["response"]["content"]
    return found


def without(headers: list[Json], *names: str) -> list[Json]:
    """Headers without some."""
    return [header for header in headers if header["name"].lower() not in names]
