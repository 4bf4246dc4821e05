"""Marketing terms that place_order must refuse: each mandatory value missing, each field of another shape, a longer word."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

Body = dict[str, Any]


def _change(edit: Callable[[dict[str, Any]], Any]) -> Callable[[Body], Body]:
    def apply(body: Body) -> Body:
        changed = deepcopy(body)
        edit(changed["marketingTerms"][0])
        return changed

    return apply


def _set(name: str, value: Any) -> Callable[[Body], Body]:
    return _change(lambda terms: terms.__setitem__(name, value))


def _types_without(value: str) -> Callable[[Body], Body]:
    return _change(lambda terms: terms["marketingTypes"].remove(value))


MISSING: dict[str, Callable[[Body], Body]] = {
    "OFFER": _types_without("OFFER"),
    "PROMOTION": _types_without("PROMOTION"),
    "SURVEY": _types_without("SURVEY"),
    "types": _set("marketingTypes", []),
    "EMAIL": _set("marketingChannels", []),
}
SHAPES: dict[str, Callable[[Body], Body]] = {
    "no marketingTerms": lambda body: {},
    "empty marketingTerms": lambda body: {"marketingTerms": []},
    "marketingTerms of another type": lambda body: {"marketingTerms": "all"},
    "no marketingTermsAccepted": _change(lambda terms: terms.pop("marketingTermsAccepted")),
    "marketingTermsAccepted of another type": _set("marketingTermsAccepted", "yes"),
    "no marketingChannels": _change(lambda terms: terms.pop("marketingChannels")),
    "marketingChannels of another type": _set("marketingChannels", "EMAIL"),
    "OFFERS in place of OFFER": _set("marketingTypes", ["OFFERS", "PROMOTION", "SURVEY"]),
    "no marketingTypes": _change(lambda terms: terms.pop("marketingTypes")),
    "marketingTypes of another type": _set("marketingTypes", {"OFFER": True}),
}
