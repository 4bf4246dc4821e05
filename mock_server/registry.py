"""All faults and variants by name, and shops that have them."""

from __future__ import annotations

from collections.abc import Sequence

from mock_server.domain.errors import JSON
from mock_server.domain.operations import TOKEN
from mock_server.domain.shop import Settings, Shop
from mock_server.faults import FAULTS
from mock_server.http.pipeline import new_shop
from mock_server.injection import Fault
from mock_server.injection.narrowing import CONDITIONS, narrowed
from mock_server.variants import VARIANTS


def known() -> dict[str, Fault]:
    return {**FAULTS, **VARIANTS}


def build(names: Sequence[str], settings: Settings) -> Shop | None:
    """A fresh shop with these faults and variants, `name~condition` narrowed; None if one of them is not known."""
    table = known()
    parts = [name.split("~") for name in names]
    if any(name not in table or not set(narrow) <= CONDITIONS.keys() for name, *narrow in parts):
        return None
    shop = new_shop(settings)
    for name, *narrow in parts:
        for effect in table[name].effects:
            for one in narrow:
                effect = narrowed(effect, CONDITIONS[one]())
            effect.install(shop)
    return shop


def listed(what: str) -> list[JSON]:
    """What `--list-faults` and `--list-variants` print."""
    table = {name: one for name, one in known().items() if (one.kind == "variant") == (what == "variants")}
    return [
        {
            "name": one.name,
            "requirement": one.requirement,
            "chapter": one.chapter,
            "operations": [operation for operation in one.operations if operation != TOKEN],
            "kind": one.kind,
            "sees": one.sees,
            **({"also": list(one.also)} if one.also else {}),
            **({"about": one.about} if one.about else {}),
            **({"profile": one.profile} if one.profile else {}),
        }
        for one in table.values()
    ]
