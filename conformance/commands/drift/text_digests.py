"""What an OpenAPI document says in words, as digests: a sentence that changed shows without our keeping a copy of it.

`python -m conformance.commands.drift.text_digests FILE` writes `contracts/order-v2.wording.yaml` from the document
that the contract follows.
"""

from __future__ import annotations

import hashlib
import html
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from conformance.commands.drift.openapi_summary import CODES, VERBS, Json, Unusable, ids, load, resolved, table
from conformance.core import contract

FILE = contract.ROOT / "order-v2.wording.yaml"
HEAD = """# Digests of the texts in the vendor's document that the contract follows, by what they describe: a method,
# a parameter or an id of a method, a component or a field of one. `make drift` tells from them which texts a newer
# document has changed; the texts themselves are the vendor's. Written by `python -m conformance.commands.drift.text_digests FILE`.
"""


@dataclass(frozen=True)
class Text:
    """One description: what it is about in a few words, the methods that it concerns, its digest."""

    key: str
    what: str
    names: frozenset[str]
    operations: tuple[str, ...]
    digest: str


def texts(root: Json) -> Iterator[Text]:
    """Every description of a document that `conformance.commands.drift.openapi_summary.methods` can read."""
    users: dict[str, list[str]] = {}
    for path in map(partial(resolved, root), root["paths"].values()):
        for verb in (verb for verb in VERBS if verb in path):
            node = path[verb]
            on = str(node.get("operationId", ""))
            for component in _components(root, node, set()):
                users.setdefault(component, []).append(on)
            yield from _text(node, on, f"method {on}", {on}, (on,))
            for parameter in node.get("parameters") or ():
                parameter = resolved(root, parameter)
                name = str(parameter.get("name"))
                yield from _text(parameter, f"{on} {name}", f"parameter {name}", {name}, (on,))
            for answer in node["responses"].values():
                listed = [value for key, value in resolved(root, answer).items() if key in CODES]
                for error, details in ids(listed):
                    yield from _text(details, f"{on} {error}", f"id {error}", {str(error)}, (on,))
    components = table(root.get("components", {}), "components")
    for component, schema in table(components.get("schemas", {}), "components/schemas").items():
        where = tuple(dict.fromkeys(users.get(component, ())))
        yield from _text(schema, component, f"component {component}", {component}, where)
        for name, field in table(table(schema, component).get("properties", {}), component).items():
            label = f"{component}.{name}"
            yield from _text(field, label, f"field {label}", {str(name), component}, where)


def _text(node: Any, key: str, what: str, names: set[str], operations: tuple[str, ...]) -> Iterator[Text]:
    said = node.get("description") if isinstance(node, dict) else None
    if isinstance(said, str) and operations:
        yield Text(key, what, frozenset(names), operations, digest(said))


def digest(text: str) -> str:
    """Of the words alone: markup, links and blanks may change."""
    words = re.findall(r"\w+|[^\w\s]", html.unescape(re.sub(r"<[^>]*>", " ", text)))
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:10]


def _components(root: Json, node: Any, seen: set[str]) -> set[str]:
    """Names of the schemas that a method reaches."""
    if isinstance(node, list):
        for element in node:
            _components(root, element, seen)
    elif isinstance(node, dict):
        name = str(node.get("$ref", ""))
        if name and name not in seen:
            seen.add(name)
            _components(root, resolved(root, node), seen)
        for value in node.values():
            _components(root, value, seen)
    return {item.rpartition("/")[2] for item in seen if "/schemas/" in item}


def main(arguments: list[str]) -> int:
    """Writes the digests of the document in FILE."""
    try:
        found = {text.key: text.digest for text in texts(load(Path(arguments[0])))}
    except (Unusable, IndexError) as error:
        print(error if arguments else "usage: python -m conformance.commands.drift.text_digests FILE", file=sys.stderr)
        return 4
    body = yaml.safe_dump(found, width=200, sort_keys=True)
    FILE.write_text(HEAD + body, encoding="utf-8", newline="\n")
    print(f"{len(found)} texts, {FILE}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
