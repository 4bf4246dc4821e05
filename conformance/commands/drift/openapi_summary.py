"""The outline of an OpenAPI 3 document: what `conformance.commands.drift.comparison` compares, without a word of its texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]
MOST = 20_000_000  # bytes of a document
DEPTH = 40  # of fields in fields: a document that goes deeper refers to itself
VERBS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# Header parameters that OpenAPI 3 tells readers to ignore: media types and security say the same.
IGNORED = ("accept", "authorization", "content-type")
LIMITS = (
    "format",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "nullable",
    "deprecated",
)


class Unusable(Exception):
    """A document that cannot be compared, in one sentence."""


@dataclass
class Field:
    """A field of a body. schema: the component that it is, or ''; limits: what is stated beside the type."""

    type: str
    schema: str = ""
    limits: Json = field(default_factory=dict)


@dataclass
class Method:
    """One operation. Fields by direction (request, answer, refusal) and path; `[]` is any entry of a list."""

    id: str
    at: str
    addresses: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    deprecated: bool = False
    parameters: dict[str, str] = field(default_factory=dict)
    fields: dict[str, dict[tuple[str, ...], Field]] = field(default_factory=dict)
    media: dict[str, frozenset[str]] = field(default_factory=dict)
    headers: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    ids: dict[int, frozenset[str]] = field(default_factory=dict)
    details: dict[int, Json] = field(default_factory=dict)


def load(path: Path) -> Json:
    """The OpenAPI 3 document in a file, JSON or YAML. Raises Unusable."""
    try:
        if path.stat().st_size > MOST:
            raise Unusable(f"{path} has more than {MOST:,} bytes.")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Unusable(f"{path} is no text in UTF-8.") from None
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}.") from None
    try:
        root = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError):
        raise Unusable(f"{path} is neither JSON nor YAML.") from None
    if not isinstance(root, dict) or not str(root.get("openapi", "")).startswith("3."):
        raise Unusable(f"{path} is no OpenAPI 3 document.")
    return root


def methods(root: Json) -> dict[str, Method]:
    """Every operation of a document by operationId; one without is named by its address. Raises Unusable."""
    found = {}
    for path, item in table(root.get("paths"), "paths").items():
        item = resolved(root, table(item, f"paths {path}"))
        for verb in VERBS:
            if verb in item:
                method = _method(root, str(path), verb, item, table(item[verb], f"{verb} {path}"))
                found[method.id] = method
    return found


def _method(root: Json, path: str, verb: str, item: Json, node: Json) -> Method:
    index = f"{verb.upper()} {path}"
    servers = node.get("servers") or item.get("servers") or root.get("servers") or []
    method = Method(
        id=str(node.get("operationId", index)),
        at=index,
        addresses=frozenset(_address(table(server, "a server")) for server in _list(servers, "servers")),
        scopes=frozenset(
            str(scope)
            for way in _list(node.get("security", root.get("security")), "security")
            for scopes in table(way, "security").values()
            for scope in _list(scopes, "scopes")
        ),
        deprecated=bool(node.get("deprecated")),
    )
    for parameter in [*_list(item.get("parameters"), index), *_list(node.get("parameters"), index)]:
        parameter = resolved(root, table(parameter, f"a parameter of {index}"))
        place, name = str(parameter.get("in")), str(parameter.get("name"))
        if place != "header" or name.lower() not in IGNORED:
            kind = _type(resolved(root, table(parameter.get("schema", {}), name)))
            old = ", deprecated" if parameter.get("deprecated") else ""
            method.parameters[f"{place} {name}"] = (
                f"{'required' if parameter.get('required') else 'optional'} {kind}{old}"
            )
    _body(root, method, "request", resolved(root, table(node.get("requestBody", {}), index)))
    for status, answer in table(node.get("responses"), f"responses of {index}").items():
        answer = resolved(root, table(answer, f"{status} of {index}"))
        method.statuses |= {str(status)}
        if str(status) == "200":
            method.headers = frozenset(map(str, table(answer.get("headers", {}), index)))
        _body(root, method, "answer" if str(status).startswith("2") else "refusal", answer)
        for error, details in ids([value for key, value in answer.items() if key in CODES]):
            method.ids[error] = method.ids.get(error, frozenset()) | {str(status)}
            method.details.setdefault(error, details)
    return method


def _body(root: Json, method: Method, direction: str, node: Json) -> None:
    content = table(node.get("content", {}), f"content of {method.at}")
    method.media[direction] = method.media.get(direction, frozenset()) | frozenset(map(str, content))
    for kind in content.values():
        schema = table(kind, method.at).get("schema")
        if schema is not None:
            method.fields.setdefault(direction, {}).update(_fields(root, schema, (), ()))


def _fields(root: Json, node: Any, path: tuple[str, ...], inside: tuple[str, ...]) -> dict[tuple[str, ...], Field]:
    """Every field below a schema by its path; a component inside itself is not entered again."""
    name = "/".join(path) or "a body"
    node = table(node, name)
    component = str(node["$ref"]).rpartition("/")[2] if "$ref" in node else ""
    schema = resolved(root, node)
    own = Field(_type(schema), component, {key: schema[key] for key in LIMITS if schema.get(key) not in (None, False)})
    if values := schema.get("enum", schema.get("x-known-values")):
        own.limits["enum"] = sorted(map(str, _list(values, name)))
    found = {path: own}
    if (component and component in inside) or len(path) > DEPTH:
        return found
    inside = (*inside, component)
    for part in (part for key in ("allOf", "oneOf", "anyOf") for part in _list(schema.get(key), name)):
        for index, inherited in _fields(root, part, path, inside).items():
            if index != path:
                found.setdefault(index, inherited)
            elif own.type in ("", "object"):
                own.type, own.schema = inherited.type or own.type, own.schema or inherited.schema
                own.limits = {**inherited.limits, **own.limits}
    if "items" in schema:
        found |= _fields(root, schema["items"], (*path, "[]"), inside)
    required = _list(schema.get("required"), name)
    for key, value in table(schema.get("properties", {}), name).items():
        below = _fields(root, value, (*path, str(key)), inside)
        if key in required:
            below[(*path, str(key))].limits["required"] = True
        found |= below
    return found


CODES = ("x-response-codes", "x-error-codes")


def ids(node: Any) -> Iterator[tuple[int, Json]]:
    """Error ids in an extension, as keys with details or as a list of numbers."""
    for key, value in node.items() if isinstance(node, dict) else ((element, element) for element in node):
        if isinstance(key, str | int) and re.fullmatch(r"[0-9]{3,7}", str(key)):
            yield int(key), value if isinstance(value, dict) else {}
        elif isinstance(value, dict | list):
            yield from ids(value)


def _type(schema: Json) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "array" if "items" in schema else "")
    return " or ".join(map(str, kind)) if isinstance(kind, list) else str(kind)


def _address(server: Json) -> str:
    variables = table(server.get("variables", {}), "variables of a server")
    return re.sub(
        r"{([^}]*)}",
        lambda found: str(table(variables.get(found[1], {}), found[1]).get("default", found[0])),
        str(server.get("url", "")),
    ).rstrip("/")


def resolved(root: Json, node: Json) -> Json:
    """The node with its references followed; what cannot be followed is Unusable."""
    for _ in range(DEPTH):
        if "$ref" not in node:
            return node
        target: Any = root
        for part in str(node["$ref"]).removeprefix("#/").split("/"):
            target = target.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(target, dict) else None
        if not isinstance(target, dict):
            raise Unusable(f"The reference {node['$ref']} leads nowhere in the document.")
        node = target
    raise Unusable(f"The reference {node['$ref']} leads to itself.")


def table(node: Any, what: str) -> Json:
    """The node if it is an object. Raises Unusable."""
    if not isinstance(node, dict):
        raise Unusable(f"The document is broken: {what} is no object.")
    return node


def _list(node: Any, what: str) -> list[Any]:
    if node is not None and not isinstance(node, list):
        raise Unusable(f"The document is broken: {what} has something else than a list.")
    return node or []
