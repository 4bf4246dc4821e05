"""All faults and variants by name, and shops that have them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from mock_server.domain.errors import JSON
from mock_server.domain.operations import TOKEN
from mock_server.domain.shop import Settings, Shop
from mock_server.faults import FAULTS
from mock_server.http.pipeline import new_shop
from mock_server.injection import Fault
from mock_server.injection.factors import CONDITIONS, condition
from mock_server.injection.narrowing import narrowed
from mock_server.injection.situation import keep_situations
from mock_server.variants import VARIANTS


def known() -> dict[str, Fault]:
    return {**FAULTS, **VARIANTS}


def build(names: Sequence[str], settings: Settings) -> Shop | None:
    """A fresh shop with these faults and variants, `name~factor=level` narrowed; None if one of them is not known."""
    table = known()
    parts = [name.split("~") for name in names]
    if any(name not in table or not set(narrow) <= set(CONDITIONS) for name, *narrow in parts):
        return None
    shop = new_shop(settings)
    if any(narrow for _, *narrow in parts):
        keep_situations(shop)
    for name, *narrow in parts:
        for effect in table[name].effects:
            for each in narrow:
                effect = narrowed(effect, condition(each))
            effect.install(shop)
    return shop


def _files() -> dict[str, str]:
    """The file of each fault and variant by name: the module whose list FAULTS or VARIANTS holds it."""
    modules = [
        (name, module)
        for name, module in sys.modules.items()
        if name.startswith(("mock_server.faults.", "mock_server.variants.")) and not hasattr(module, "__path__")
    ]
    return {
        entry.name: f"{name.replace('.', '/')}.py"
        for name, module in modules
        for entry in (*getattr(module, "FAULTS", ()), *getattr(module, "VARIANTS", ()))
    }


def listed(what: str) -> list[JSON]:
    """What `--list-faults` and `--list-variants` print."""
    files = _files()
    table = {name: entry for name, entry in known().items() if (entry.kind == "variant") == (what == "variants")}
    return [
        {
            "name": entry.name,
            "requirement": entry.requirement,
            "chapter": entry.chapter,
            "file": files[entry.name],
            "operations": [operation for operation in entry.operations if operation != TOKEN],
            "kind": entry.kind,
            "sees": entry.sees,
            "does": [act for effect in entry.effects for act in effect.does],
            **({"also": list(entry.also)} if entry.also else {}),
            **({"about": entry.about} if entry.about else {}),
            **({"profile": entry.profile} if entry.profile else {}),
        }
        for entry in table.values()
    ]
