"""Null for what a message has not: a typed logger writes each member of its class, in requests and answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.core.exchange import Exchange
from conformance.judging.content.request_schema import Shape
from conformance.recordings.cleaning.by_file import Files
from conformance.recordings.cleaning.rewritten import shape_of_answer, shape_of_request

Member = tuple[str, str]  # the name of an object, and of a member of it


def take_out_nulls(files: Files) -> None:
    """Takes null members out of a file in which each of them is null or filled in each object, on both sides.

    files: of each, its exchanges, and whether the request of each has the length that its header names.
    """
    for listed in files:
        if not any(of_wire for _, of_wire in listed) and _are_recorders([exchange for exchange, _ in listed]):
            for exchange, _ in listed:
                exchange.request.body = _without(exchange.request.body)
                exchange.body = _without(exchange.body)


def _are_recorders(exchanges: list[Exchange]) -> bool:
    accepted = [exchange for exchange in exchanges if exchange.status == 200]
    sent = [each for exchange in accepted for each in _members(shape_of_request(exchange), exchange.request.body)]
    given = [each for exchange in exchanges for each in _members(shape_of_answer(exchange), exchange.body)]
    return all((nulls := _nulls(side)) and nulls.isdisjoint(_absent(side)) for side in (sent, given))


def _nulls(side: list[tuple[Member, Any]]) -> set[Member]:
    return {member for member, value in side if value is None}


def _absent(side: list[tuple[Member, Any]]) -> set[Member]:
    return {member for member, value in side if value is ...}


def _members(shape: Shape | None, node: Any, holder: str = "") -> Iterator[tuple[Member, Any]]:
    """Each documented member of the objects in a body with its value, an ellipsis where it is absent."""
    if isinstance(node, list):
        for element in node:
            yield from _members(shape.items if shape else None, element, holder)
    elif isinstance(node, dict) and shape is not None:
        known = shape.items or shape
        for name, part in known.fields.items():
            yield (holder, name), node.get(name, ...)
            yield from _members(part, node.get(name), name)


def _without(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: _without(part) for name, part in node.items() if part is not None}
    return [_without(part) for part in node] if isinstance(node, list) else node
