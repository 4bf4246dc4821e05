"""Where a sentence stands, in words: document, schema or field, method, id; with a link where the document has an address."""

from __future__ import annotations

import re
from typing import Any

from conformance.core import contract

_ID = re.compile(r"\b(\d{5})\b")
_FIELD_OF_SCHEMA = re.compile(r"\b([A-Z]\w*[a-z]\w*)\.(\w+)")
_SCHEMA = re.compile(
    r"(?<![\w.] )(?<!schema )\b([A-Z][A-Z]?[a-z]\w*[A-Z]\w*|Amount|Adjustment|Error|Promotion)\b(?!\.)"
)
_FIELD = re.compile(r"\b([a-z]\w*(?:\.[a-z]\w*)+)")


def cited(source: dict[str, str]) -> dict[str, Any]:
    """A source with the document's title, the place in words and a link; `url` is None where no address is public."""
    known = contract.documents()[source["document"]]
    url = known.get("url")
    return {
        "document": source["document"],
        "title": known["title"],
        "place": source["place"],
        "where": in_words(source["document"], source["place"]),
        "url": url.replace("{place}", source["place"]) if url else None,
    }


def in_words(document: str, place: str) -> str:
    """The place so that a reader finds it: `LineItem.netPrice` is the field netPrice of the schema LineItem."""
    if document in ("S", "T"):
        return place
    words = _ID.sub(r"id \1", place)
    words = re.sub(rf"\b({'|'.join(contract.operations())})\b", r"method \1", words)
    if document == "O":
        words = _FIELD_OF_SCHEMA.sub(r"schema \1, field \2", words)
        return _SCHEMA.sub(r"schema \1", words)
    return _FIELD.sub(r"field \1", words)
