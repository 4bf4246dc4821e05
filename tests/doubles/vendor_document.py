"""The contract in the vendor's manner, so that `make drift` can be tried without a copy of the vendor's document."""

from __future__ import annotations

import json
import re
from typing import Any

from conformance.core import contract

QUANTITY = ("paths", "/guest_checkout_session/{checkoutSessionId}/update_quantity", "post")
ORDER = ("paths", "/guest_purchase_order/{purchaseOrderId}", "get")
SCHEMAS = ("components", "schemas")
Document = dict[str, Any]


def published() -> Document:
    """The contract in the vendor's manner: ids with details, other names of components, nothing from prose."""
    text = json.dumps(contract.document("order-v2"))
    text = re.sub(r'"#/components/schemas/(\w+)"', r'"#/components/schemas/\1V9"', text)
    document: Document = silent(json.loads(text))
    beyond = document.pop("x-beyond-document")
    document["components"]["schemas"] = {
        f"{name}V9": bare(entry) for name, entry in document["components"]["schemas"].items()
    }
    document["servers"] = [{"url": "https://apix.ebay.com{p}", "variables": {"p": {"default": "/buy/order/v2"}}}]
    for path in document["paths"].values():
        if "servers" in path:
            path["servers"] = [{"url": "https://api.ebay.com/buy/order/v2"}]
        for item in (path[verb] for verb in ("get", "post") if verb in path):
            item["parameters"].append({"name": "Content-Type", "in": "header", "schema": {"type": "string"}})
            item.get("requestBody", {})["required"] = False
            unlisted = {*beyond["every"], *beyond.get(item["operationId"], ())}
            item["responses"] = {
                status: answer(status, response, item["operationId"])
                for status, response in item["responses"].items()
                if int(status) not in unlisted
            }
    return document


def silent(node: Any) -> Any:
    """A copy without texts; fields may be called `description` too."""
    if isinstance(node, list):
        return [silent(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    return {key: silent(entry) for key, entry in node.items() if key != "description" or not isinstance(entry, str)}


def answer(status: str, response: Document, operation: str) -> Document:
    """An answer as the vendor's document has it: a schema for 200 alone, ids with details."""
    ids = {
        str(entry): details(entry, operation) for entry in response.get("x-error-codes", ()) if "$ref" not in response
    }
    kept: Document = {key: response[key] for key in ("content", "headers") if status == "200" and key in response}
    return {"description": "", **kept, **({"x-response-codes": {"errors": ids}} if ids else {})}


def details(error: int, operation: str) -> dict[str, str]:
    entry = contract.error(error, operation)
    assert entry
    return {"domain": entry.domains[0], "category": entry.categories[0]}


def bare(schema: Any) -> Any:
    """A schema without what the vendor's document leaves to its pages."""
    if isinstance(schema, dict):
        kept = ("type", "properties", "items", "$ref")
        own = {key: value for key, value in schema.items() if key in kept}
        if "properties" in own:
            own["properties"] = {key: bare(value) for key, value in own["properties"].items()}
        return {key: bare(value) if key == "items" else value for key, value in own.items()}
    return schema


def node_at(document: Document, *path: str | int) -> Any:
    node: Any = document
    for part in path:
        node = node[part]
    return node
