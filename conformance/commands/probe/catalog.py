"""Items and coupons from a shop's own file: CSV with a header line, or JSON (a list of objects, or an object of lists)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from conformance.core import inputs
from conformance.core.inputs import InputError

ITEM = ("itemid", "item_id", "item", "id")
CODE = ("redemptioncode", "coupon", "code")
MARKET = ("marketplace", "marketplaceid", "market", "site")
ROLE = ("role", "kind", "type")


class Catalog(NamedTuple):
    """What the file names. items: as on the command line, `EBAY_GB:ID` where a marketplace stands beside the item.

    roles: the file's own word for an item, which the profile shows beside what was seen.
    """

    items: list[str]
    coupons: list[str]
    roles: dict[str, str]


def read_catalog(path: Path) -> Catalog:
    """Reads the file that --from-catalog names. Raises InputError."""
    text = inputs.read_text(path, "--from-catalog")
    rows = list(_json_rows(text, path) if text.lstrip()[:1] in ("[", "{") else csv.DictReader(io.StringIO(text)))
    items: dict[str, None] = {}
    coupons: dict[str, None] = {}
    roles: dict[str, str] = {}
    for row in rows:
        known = {
            str(name).strip().lower(): str(value).strip() for name, value in row.items() if value not in (None, "")
        }
        item, code, market = _first(known, ITEM), _first(known, CODE), _first(known, MARKET)
        if item and "|" in item:
            items[f"{market}:{item}" if market else item] = None
            roles[item] = _first(known, ROLE)
        elif code or item:
            coupons[code or item] = None
    if not items:
        raise InputError(
            f"--from-catalog names {path}, which has no item: write a column itemId with ids such as v1|1001|0."
        )
    return Catalog(list(items), list(coupons), {item: role for item, role in roles.items() if role})


def _first(row: dict[str, str], names: tuple[str, ...]) -> str:
    return next((row[name] for name in names if row.get(name)), "")


def _json_rows(text: str, path: Path) -> Iterator[dict[str, Any]]:
    try:
        data = json.loads(text)
    except ValueError:
        raise InputError(f"--from-catalog names {path}, which is neither CSV nor JSON.") from None
    listed = data.items() if isinstance(data, dict) else [("", data)]
    for role, entries in listed:
        for given in entries if isinstance(entries, list) else ():
            if isinstance(given, str):
                yield {"item" if "|" in given else "code": given, "role": role}
            elif isinstance(given, dict):
                yield {"role": role, **given}
