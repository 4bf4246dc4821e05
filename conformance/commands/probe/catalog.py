"""Items and coupons from a shop's own file: CSV with a header line, or JSON of any depth.

In JSON an item is an object with an id, wherever it stands, or a text with bars. The name that it stands below is its
role, a marketplace's name further above its marketplace. Coupons stand below a name with "coupon" in it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from conformance.core import contract, inputs
from conformance.core.inputs import InputError

ITEM = ("itemid", "item_id", "item")
CODE = ("redemptioncode", "redemption_code", "coupon")
ID, SHORT_CODE = "id", "code"  # an item only with a bar in it, a coupon only below such a name
MARKET = ("marketplace", "marketplaceid", "market", "site")
ROLE = ("role", "kind", "type")
COUPON_IDS = range(16000, 17000)
DEEPEST = 50  # levels of nesting that are looked into

Row = dict[str, Any]


class Catalog(NamedTuple):
    """What the file names. items: as on the command line, `EBAY_GB:ID` where a marketplace stands beside the item.

    roles: the file's own word for an item, which the profile shows beside what was seen.
    """

    items: list[str]
    coupons: list[str]
    roles: dict[str, str]


class Place(NamedTuple):
    """Where a value stands in a JSON file. role: the last name above it that is no marketplace."""

    role: str = ""
    market: str = ""
    coupons: bool = False
    depth: int = 0


def read_catalog(path: Path) -> Catalog:
    """Reads the file that --from-catalog names. Raises InputError."""
    text = inputs.read_text(path, "--from-catalog")
    shape = "a table of " + ", ".join(text.partition("\n")[0].strip().split(",")[:6]) if text.strip() else "empty"
    if text.lstrip()[:1] in ("[", "{"):
        data = _parsed(text, path)
        rows = list(_json_rows(data, Place()))
        shape = _shape(data)
    else:
        rows = list(csv.DictReader(io.StringIO(text)))
    items: dict[str, None] = {}
    coupons: dict[str, None] = {}
    roles: dict[str, str] = {}
    for row in rows:
        known = {
            str(name).strip().lower(): str(value).strip() for name, value in row.items() if value not in (None, "")
        }
        item, code, market = _item(known), _code(known), _first(known, MARKET)
        if item:
            items[f"{market}:{item}" if market else item] = None
            roles[item] = _first(known, ROLE)
        elif code:
            coupons[code] = None
    if not items:
        hint = " What it names are codes of coupons: give those with --coupons." if coupons else ""
        raise InputError(
            f"--from-catalog names {path}, which names no item and is {shape}. An item has an id such as v1|1001|0: "
            f"in a CSV in the column itemId, in JSON in an object with itemId, at any depth.{hint}"
        )
    return Catalog(list(items), list(coupons), {item: role for item, role in roles.items() if role})


def _first(row: dict[str, str], names: tuple[str, ...]) -> str:
    return next((row[name] for name in names if row.get(name)), "")


def _item(row: dict[str, str]) -> str:
    return _first(row, ITEM) or (row[ID] if "|" in row.get(ID, "") else "")


def _code(row: dict[str, str]) -> str:
    named = "coupon" in _first(row, ROLE).lower()
    return _first(row, CODE) or row.get(SHORT_CODE, "") or (row.get(ID, "") if named else "")


def _parsed(text: str, path: Path) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(f"--from-catalog names {path}, which is neither CSV nor JSON.") from None


def _shape(data: Any) -> str:
    """The outermost form of a JSON value, for a sentence."""
    if isinstance(data, dict):
        return f"an object of {', '.join(list(data)[:6])}" if data else "an empty object"
    words: dict[type, str] = {dict: "objects", list: "lists", str: "texts"}
    inner = sorted({words.get(type(entry), "values") for entry in data})
    return f"a list of {' and '.join(inner)}" if data else "an empty list"


def _json_rows(data: Any, place: Place) -> Iterator[Row]:
    if place.depth > DEEPEST:
        return
    if isinstance(data, str):
        yield from _text_row(data, place)
    elif isinstance(data, list):
        for entry in data:
            yield from _json_rows(entry, place._replace(depth=place.depth + 1))
    elif isinstance(data, dict):
        whole = _is_row(data, place)
        if whole:
            yield {"role": "coupon" if place.coupons else place.role, "marketplace": place.market, **data}
        for name, inner in data.items():
            if not whole or isinstance(inner, (dict, list)):
                yield from _member(name, inner, place)


def _is_row(data: Row, place: Place) -> bool:
    """Whether an object is an item or a coupon itself."""
    plain = {str(name).strip().lower(): inner for name, inner in data.items() if isinstance(inner, (str, int))}
    named = {*ITEM, *CODE, SHORT_CODE, ID} if place.coupons else {*ITEM, *CODE}
    return bool(plain.keys() & named) or "|" in str(plain.get(ID, ""))


def _member(name: str, inner: Any, place: Place) -> Iterator[Row]:
    if place.coupons and inner in COUPON_IDS:  # a code beside the id that refuses it
        yield {SHORT_CODE: name}
    if name in contract.marketplaces():
        below = place._replace(market=name)
    else:
        below = place._replace(role=name, coupons=place.coupons or "coupon" in name.lower())
    yield from _json_rows(inner, below._replace(depth=place.depth + 1))


def _text_row(text: str, place: Place) -> Iterator[Row]:
    if "|" in text:
        yield {ITEM[0]: text, "role": place.role, "marketplace": place.market}
    elif place.coupons and text and not any(map(str.isspace, text)):
        yield {SHORT_CODE: text}
