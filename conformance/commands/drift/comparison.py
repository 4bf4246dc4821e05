"""`make drift CONTRACT=FILE [OUT=…]`: what a newly published OpenAPI document says otherwise than the contract.

Compares methods, parameters, fields, types, statuses and error ids with contracts/order-v2.openapi.yaml, texts with the
digests in contracts/order-v2.wording.yaml, and names the requirements that each change touches. What the contract
states beyond the vendor's document (required lists, closed lists, patterns and formats from prose; answers of gateways)
is no drift as long as the document does not contradict it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance.commands.drift.change import Change
from conformance.commands.drift.openapi_summary import Field, Json, Method, Unusable, load, methods
from conformance.commands.drift.report import markdown, sentence
from conformance.commands.drift.text_digests import texts
from conformance.core import contract
from conformance.core.command_line import Parser, write_own
from conformance.core.inputs import InputError

NAME = "order-v2"
NONE, DRIFT = 0, 1  # exit status


def drift(document: Json) -> list[Change]:
    """The changes from the contract to a document. Raises Unusable if the document has no method of the contract."""
    ours, theirs = methods(contract.document(NAME)), methods(document)
    at = {our.at: name for name, our in ours.items()}
    named = {name if name in ours else at.get(their.at, name): their for name, their in theirs.items()}
    if not ours.keys() & named.keys():
        raise Unusable("The document has none of the methods of guest checkout.")
    found: dict[tuple[str, ...], Change] = {}
    for change in (*_changes(ours, named), *_of_texts(document)):
        known = found.setdefault(_key(change), change)
        if known is not change:
            known.operations += [operation for operation in change.operations if operation not in known.operations]
            known.names |= change.names
    order = ("method", "parameter", "field", "status", "id", "text")
    return sorted(found.values(), key=lambda change: order.index(change.kind))


def _key(change: Change) -> tuple[str, ...]:
    """Equal for the same difference in several methods; a text has many versions, which all are one row."""
    return (
        (change.kind, change.what) if change.kind == "text" else (change.kind, change.what, change.ours, change.theirs)
    )


def _changes(ours: dict[str, Method], theirs: dict[str, Method]) -> Iterator[Change]:
    for name in dict.fromkeys((*ours, *theirs)):
        mine, new = ours.get(name), theirs.get(name)
        if mine and new:
            yield from _of_method(mine, new)
        elif new:
            yield Change("method", name, "", new.at, [name])
        elif mine:
            yield Change("method", name, mine.at, "", [name], breaks=True)


def _of_method(mine: Method, new: Method) -> Iterator[Change]:
    on = mine.id

    def changed(what: str, ours: object, theirs: object, breaks: bool = True) -> Iterator[Change]:
        if ours != theirs:
            yield Change("method", f"{on}: {what}", _words(ours), _words(theirs), [on], breaks=breaks)

    yield from changed("operationId", mine.id, new.id, breaks=False)
    yield from changed("address", mine.at, new.at)
    yield from changed("security scopes", mine.scopes, new.scopes)
    yield from changed("deprecated", mine.deprecated, new.deprecated, breaks=False)
    if not mine.addresses <= new.addresses:
        yield from changed("servers", mine.addresses, new.addresses)
    for name in dict.fromkeys((*mine.parameters, *new.parameters)):
        before, now = mine.parameters.get(name, ""), new.parameters.get(name, "")
        if before != now:
            names = {name.partition(" ")[2], *(("header parameters",) if name.startswith("header") else ())}
            yield Change("parameter", name, before, now, [on], names, now.startswith("required"))
    for name in sorted(mine.headers ^ new.headers):
        here, there = ("header" if name in method.headers else "" for method in (mine, new))
        yield Change("field", f"answer header {name}", here, there, [on], {name})
    for direction in ("request", "answer", "refusal"):
        if direction != "refusal" or direction in new.fields:  # the document says of errors only which ids there are
            media = f"media types of the {direction}"
            yield from changed(media, mine.media.get(direction, frozenset()), new.media.get(direction, frozenset()))
            yield from _of_fields(direction, mine, new)
    beyond = contract.document(NAME)["x-beyond-document"]
    unlisted = frozenset(map(str, (*beyond["every"], *beyond.get(on, ()))))
    for status in sorted((mine.statuses - unlisted) ^ (new.statuses - (unlisted & mine.statuses))):
        here, there = ("listed" if status in method.statuses else "" for method in (mine, new))
        yield Change("status", status, here, there, [on], {status})
    yield from _of_ids(mine, new)


def _of_fields(direction: str, mine: Method, new: Method) -> Iterator[Change]:
    ours, theirs = mine.fields.get(direction, {}), new.fields.get(direction, {})
    done: list[tuple[str, ...]] = []  # nothing is said of what stands below a field that differs
    for path in dict.fromkeys((*ours, *theirs)):
        if any(path[: len(prefix)] == prefix for prefix in done):
            continue
        before, now = ours.get(path), theirs.get(path)
        owners = [where[_parent(path)].schema for where in (ours, theirs) if path and _parent(path) in where]
        owner = next(filter(None, owners), ".".join(path[:-1]))
        here = ".".join(filter(None, (owner, *path[-1:]))).replace(".[]", "[]") or "body"
        names = {name for name in (*path[-1:], *owners) if name and name != "[]"}

        def change(
            before: str, now: str, what: str = f"{direction} {here}", names: set[str] = names, breaks: bool = False
        ) -> Change:
            return Change("field", what, before, now, [mine.id], names, breaks)

        if not before or not now or before.type != now.type:
            done.append(path)
            needed = direction == "request" and now is not None and "required" in now.limits and before is None
            yield change(_kind(before), _kind(now), breaks=needed)
            continue
        for limit, value in now.limits.items():
            if value != before.limits.get(limit):
                yield change(_limit(before, limit) or "not stated", _limit(now, limit))


def _of_ids(mine: Method, new: Method) -> Iterator[Change]:
    for identifier in sorted(mine.ids.keys() | new.ids.keys()):
        documented = contract.error(identifier, mine.id)
        if identifier not in new.ids and documented and "API_ORDER" not in documented.domains:
            continue  # of the OAuth layer or a gateway
        before, now = mine.ids.get(identifier, frozenset()), new.ids.get(identifier, frozenset())
        if before != now:
            yield Change(
                "id", str(identifier), _words(before, "under "), _words(now, "under "), [mine.id], {str(identifier)}
            )
        for key, known in (("domain", documented.domains), ("category", documented.categories)) if documented else ():
            said = new.details.get(identifier, {}).get(key)
            if said is not None and str(said) not in known:
                yield Change("id", f"{identifier}, its {key}", _words(known), str(said), [mine.id], {str(identifier)})


def _of_texts(document: Json) -> Iterator[Change]:
    """Texts that differ from those that the contract follows. A new text belongs to the member that it describes."""
    known = contract.wording()
    for text in texts(document):
        if known.get(text.key, text.digest) != text.digest:
            yield Change("text", text.what, known[text.key], text.digest, list(text.operations), set(text.names))


def _parent(path: tuple[str, ...]) -> tuple[str, ...]:
    return path[:-1]


def _kind(shape: Field | None) -> str:
    if shape is None:
        return ""
    return " ".join(filter(None, ("required" if "required" in shape.limits else "", shape.type or "any value")))


def _limit(shape: Field, name: str) -> str:
    value = shape.limits.get(name)
    return "" if value is None else name if value is True else f"{name} {_words(value)}"


def _words(value: Any, before: str = "") -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | frozenset):
        value = ", ".join(sorted(map(str, value)))
    return f"{before}{value}" if value not in (None, "") else ""


def main(arguments: list[str]) -> int:
    """Prints the report. Exit status: 0 no drift, 1 drift, 4 the document cannot be used (one sentence says why)."""
    parser = Parser("drift", __doc__)
    parser.add_argument("document", type=Path, metavar="FILE", help="OpenAPI 3 document, JSON or YAML")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the report goes too, in Markdown")
    options = parser.parse_args(arguments)
    try:
        root = load(options.document)
        found = drift(root)
    except Unusable as error:
        raise InputError(str(error)) from None
    except RecursionError:
        raise InputError(f"{options.document} refers to itself without end.") from None
    report = markdown(found, _version(root), _version(contract.document(NAME)))
    if options.out:
        write_own((options.out, report))
        print(f"{sentence(found)} {options.out}")
    else:
        print(report, end="")
    return DRIFT if found else NONE


def _version(root: Json) -> str:
    info = root.get("info")
    return str(info.get("version", "?")) if isinstance(info, dict) else "?"
