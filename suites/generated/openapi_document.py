"""The two contracts as one OpenAPI document for Schemathesis, made in memory: contracts/ stays as it is.

Paths carry their version, links across the two documents become operationIds, and a bearer token is the way in. A header
that the vendor's documents disagree about (X-EBAY-C-ENDUSERCTX) is left to the client.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

from schemathesis import Case

from conformance.core import contract

Node = dict[str, Any]
DOCUMENTS = {"v2": "order-v2", "v1": "order-v1"}
DISPUTED_HEADER = "EndUserContext"  # its name among the parameters
# What a buyer writes as he likes. Drawn requests take it from the format of this name.
FREE_TEXT = "free-text"
FREE_TEXTS = ("firstName", "lastName", "addressLine1", "addressLine2")
MOST_PIECES = 3  # as many of a plain item as any shop has


def operation_of(case: Case) -> str:
    """The operationId of a case."""
    return str(case.operation.definition.raw["operationId"])


@cache
def joint() -> Node:
    """Both contracts as one document. Not to be changed."""
    parts = {version: deepcopy(contract.document(name)) for version, name in DOCUMENTS.items()}
    paths: Node = {}
    components: Node = {}
    for version, part in parts.items():
        for path, item in part["paths"].items():
            paths[f"{contract.BASE_PATH}/{version}{path}"] = {
                verb: item[verb] for verb in ("get", "post") if verb in item
            }
        for kind, named in part["components"].items():
            components.setdefault(kind, {}).update(named)
    for operation in _operations(paths):
        operation["security"] = [{"bearer": []}]
        operation["parameters"] = [
            parameter for parameter in operation["parameters"] if not parameter["$ref"].endswith(DISPUTED_HEADER)
        ]
    del components["links"]["SelectOption"]["requestBody"]["shippingOptionId"]  # an option other than the first
    for link in components["links"].values():
        if reference := link.pop("operationRef", ""):
            link["operationId"] = _operation_id(reference)
    whole = parts["v2"]
    return {"openapi": whole["openapi"], "info": whole["info"], "paths": paths, "components": components}


@cache
def pinned(free: tuple[str, ...] = ()) -> Node:
    """The joint document for drawn requests: what only a target knows has the value of the contract's example.

    So a drawn request is accepted, or breaks the one thing that Schemathesis broke. free: fields that are free texts.
    """
    document = deepcopy(joint())
    components = document["components"]
    for parameter in components["parameters"].values():
        parameter["schema"] = {"type": "string", "enum": [parameter["example"]]}
    # Most marketplaces demand both; where one has no such field, its live value leaves it out.
    components["schemas"]["AddressInput"]["required"] += ["stateOrProvince", "postalCode"]
    for name in request_schemas(document):
        schema = components["schemas"][name]
        schema["additionalProperties"] = False
        for field, value in schema["properties"].items():
            if field == "quantity":
                schema["properties"][field] = {**value, "maximum": MOST_PIECES}
            elif field == "itemId":
                schema["properties"][field] = {"type": "string", "enum": _items(document)}
            elif field in free:
                schema["properties"][field] = {"type": "string", "format": FREE_TEXT}
            elif "example" in value and value["type"] != "boolean" and "$ref" not in value.get("items", {}):
                schema["properties"][field] = {"type": value["type"], "enum": [value["example"]]}
    return document


def _items(document: Node) -> list[str]:
    return [line["itemId"] for line in document["components"]["examples"]["FourItems"]["value"]["lineItemInputs"]]


def request_schemas(document: Node) -> set[str]:
    """The names of the schemas that request bodies are made of."""
    names: set[str] = set()

    def walk(schema: Node) -> None:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            names.add(name)
            schema = document["components"]["schemas"][name]
        for child in (*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])):
            walk(child)

    for operation in _operations(document["paths"]):
        if "requestBody" in operation:
            walk(operation["requestBody"]["content"]["application/json"]["schema"])
    return names


def _operations(paths: Node) -> Iterator[Node]:
    for item in paths.values():
        yield from item.values()


def _operation_id(reference: str) -> str:
    """The operationId of an `operationRef` into the other document: the file, then a JSON pointer."""
    file, _, pointer = reference.partition("#/")
    node: Any = contract.document(file.removesuffix(".openapi.yaml"))
    for part in pointer.replace("%7B", "{").replace("%7D", "}").split("/"):
        node = node[part.replace("~1", "/").replace("~0", "~")]
    return str(node["operationId"])
