"""Reads `contracts/`: what the documents say, as data. `conformance/core/factors.py` reads the factors; nobody else opens those files."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from conformance.core import places
from conformance.core.requirement import ExplainedFinding, OwnedBreach, Requirement, requirement

ROOT = places.ROOT / "contracts"
NO_ACCESS = 1100  # the error id of a token that does not open the method
TOKEN_IDS = frozenset({1001, 1002, 1003, NO_ACCESS})  # what is wrong with a token
NOTHING_THERE = frozenset({2002, 3003})  # of an address that is no method
GATEWAY_IDS = range(1000, 4000)  # of what stands before the API
PLACED_BEFORE = 15006  # the warning id of a payment whose session has its order already
UNVERIFIED_ADDRESS = 15007  # of an address that is taken though nobody could verify it
UNKNOWN_SESSION = 15003  # the error id of a session that the target does not know
TOO_MANY_LINES = 15011  # of more line items than a session holds
INVALID_VALUE = 15002
EMPTY_CART = 15019  # of a change that leaves no line item
SECOND_COUPON = frozenset({16001, 16023})  # of a coupon beside another one
COUPON_NOT_APPLIED = 16025
BASE_PATH = "/buy/order"
CHAPTERS = ("sessions", "marketplace", "line_items", "address_shipping", "coupons", "money", "payment", "protocol")
PLACE_ORDER = "placeGuestOrder"
INITIATE = "initiateGuestCheckoutSession"
READ = "getGuestCheckoutSession"
READ_ORDER = "getGuestPurchaseOrder"
APPLY = "applyGuestCoupon"
REMOVE = "removeGuestCoupon"
QUANTITY = "updateGuestQuantity"
ADDRESS = "updateGuestShippingAddress"
OPTION = "updateGuestShippingOption"
TOKEN = "token"
STUB = "testError|"
CHANGES = (QUANTITY, OPTION, ADDRESS, APPLY, REMOVE)
SESSION_METHODS = (READ, *CHANGES, PLACE_ORDER)


@dataclass(frozen=True)
class Operation:
    """One method of the API: where it is, what it takes, which ids it may answer with which status."""

    id: str
    method: str
    path: str
    version: str
    request: dict[str, Any] | None
    statuses: frozenset[int]
    ids: dict[int, frozenset[int]]
    warnings: frozenset[int]
    response: dict[str, Any] = field(default_factory=dict)

    def full_path(self, subject: str | None = None) -> str:
        """The path on the server. subject: the id in it, as a URL writes it; without one its place stays."""
        path = f"{BASE_PATH}/{self.version}{self.path}"
        return path if subject is None else re.sub(r"\{[^}]+\}", lambda _: subject, path)

    def statuses_of(self, error_id: int) -> frozenset[int]:
        """HTTP statuses that the document gives this id in this operation; empty if it does not know the id."""
        return self.ids.get(error_id, frozenset())


@dataclass(frozen=True)
class ErrorEntry:
    """What `contracts/errors.yaml` knows of one id."""

    id: int
    domains: tuple[str, ...]
    categories: tuple[str, ...]
    kind: str
    operations: tuple[str, ...]
    variables: tuple[str, ...]
    meaning: str
    provoked_by: str = ""
    not_provoked: str = ""
    rests_on: str = ""

    @property
    def can_be_provoked(self) -> bool:
        """Whether a client can bring it about; `not_provoked` says why not."""
        return not self.not_provoked


def read_yaml(name: str) -> Any:
    """A file of `contracts/`, as parsed."""
    with open(ROOT / name, encoding="utf-8") as handle:
        return yaml.load(handle, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def document(name: str) -> dict[str, Any]:
    """The OpenAPI document `order-v2` or `order-v1`, as parsed."""
    loaded: dict[str, Any] = read_yaml(f"{name}.openapi.yaml")
    return loaded


def resolve(root: dict[str, Any], node: Any) -> Any:
    """The node with `$ref` followed inside its own document."""
    while node.__class__ is dict and "$ref" in node:
        target: Any = root
        for part in node["$ref"][2:].split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


@cache
def documents() -> dict[str, dict[str, str]]:
    """The documents that requirements cite, by letter: title, and url where one is public (`contracts/documents.yaml`)."""
    found: dict[str, dict[str, str]] = read_yaml("documents.yaml")
    return found


@cache
def type_page(field: str, values: tuple[str, ...]) -> str | None:
    """The vendor's type page that lists the values of a closed list, by the name of the field; None where none is known."""
    pages = {
        (name, tuple(node["enum"])): str(node["x-type-page"])
        for api in ("order-v1", "order-v2")
        for schema in document(api)["components"]["schemas"].values()
        for name, node in schema.get("properties", {}).items()
        if "x-type-page" in node
    }
    return pages.get((field, values))


def alternatives(need: str) -> list[str]:
    """The names of `a|b`, of which a target has to offer one (contracts/README.md)."""
    return need.split("|")


@cache
def need_in_words(need: str) -> str:
    """How a profile offers what a rule needs (`contracts/needs.yaml`). need: a name, or several of which one is enough."""
    if len(several := alternatives(need)) > 1:
        return ", or ".join(map(need_in_words, several))
    words: dict[str, str] = read_yaml("needs.yaml")["words"]
    role, _, identifier = need.rpartition(".")
    return words[need] if need in words else words[f"{role}.*"].format(id=identifier)


@cache
def rare_roles() -> tuple[str, ...]:
    """What a shop has to set up on purpose before a rule can be judged (`contracts/needs.yaml`)."""
    return tuple(read_yaml("needs.yaml")["rare"])


def is_rare(name: str) -> bool:
    """Whether a rule needs a rare role: nothing else meets one of its needs."""

    def rare(need: str) -> bool:
        return any(need == role or need.startswith(f"{role}.") for role in rare_roles())

    return any(all(map(rare, alternatives(need))) for need in requirements()[name].needs)


@cache
def operations() -> dict[str, Operation]:
    """Every operation by its operationId, v1 place order included."""
    found = {}
    for name in ("order-v2", "order-v1"):
        root = document(name)
        for path, item in root["paths"].items():
            for method in ("get", "post"):
                if method in item:
                    operation = _operation(root, name.removeprefix("order-"), path, method, item[method])
                    found[operation.id] = operation
    return found


def _operation(root: dict[str, Any], version: str, path: str, method: str, node: dict[str, Any]) -> Operation:
    ids: dict[int, set[int]] = {}
    for status, response in node["responses"].items():
        for item in resolve(root, response).get("x-error-codes", []):
            ids.setdefault(int(item), set()).add(int(status))
    ok = resolve(root, node["responses"]["200"])
    body = resolve(root, node.get("requestBody", {})).get("content", {}).get("application/json", {}).get("schema")
    return Operation(
        id=node["operationId"],
        method=method.upper(),
        path=path[path.index("/guest_") :],
        version=version,
        request=body,
        statuses=frozenset(int(status) for status in node["responses"]),
        ids={identifier: frozenset(statuses) for identifier, statuses in ids.items()},
        warnings=frozenset(int(warning_id) for warning_id in ok.get("x-error-codes", [])),
        response=ok.get("content", {}).get("application/json", {}).get("schema", {}),
    )


@cache
def wording() -> dict[str, str]:
    """Digests of the vendor's texts by what they describe (`conformance.commands.drift.text_digests`)."""
    found: dict[str, str] = read_yaml("order-v2.wording.yaml")
    return found


@cache
def errors() -> tuple[ErrorEntry, ...]:
    """The catalogue of error and warning ids."""
    return tuple(
        ErrorEntry(
            id=int(error["id"]),
            domains=tuple(error["domain"]),
            categories=tuple(error["category"]),
            kind=error["kind"],
            operations=tuple(error.get("operations", ())),
            variables=tuple(error.get("variables", ())),
            meaning=error["meaning"],
            provoked_by=error.get("provoked_by", ""),
            not_provoked=error.get("not_provoked", ""),
            rests_on=error.get("rests_on", ""),
        )
        for error in read_yaml("errors.yaml")["errors"]
    )


@cache
def error(error_id: int, operation: str) -> ErrorEntry | None:
    """The catalogue's entry for an id as this operation means it (16001 to 16003 mean two things)."""
    found = [error for error in errors() if error.id == error_id]
    exact = [item for item in found if operation in item.operations]
    general = [item for item in found if not item.operations]
    return next(iter(exact or general or found), None)


@cache
def warning_ids() -> frozenset[int]:
    """Ids that the documents know as warnings, whichever operation lists them."""
    return frozenset(error.id for error in errors() if error.kind == "warning")


@cache
def address_line_limit(marketplace: str) -> int:
    """The longest address line of a marketplace, in characters."""
    root = document("order-v2")
    address = resolve(root, resolve(root, operations()[INITIATE].request)["properties"]["shippingAddress"])
    limits = resolve(root, address["properties"]["addressLine1"])["x-max-length-by-marketplace"]
    return int(limits.get(marketplace, limits["default"]))


@cache
def mandatory_values(field: str) -> frozenset[str]:
    """The values that a list of the marketing terms must have, all of them. field: `marketingChannels` or `marketingTypes`."""
    root = document("order-v1")
    terms = resolve(root, resolve(root, operations()[PLACE_ORDER].request)["properties"]["marketingTerms"]["items"])
    return frozenset(terms["properties"][field]["x-mandatory-values"])


@cache
def marketplaces() -> dict[str, dict[str, Any]]:
    """Country, currency and decimals of each marketplace of the platform."""
    found: dict[str, dict[str, Any]] = read_yaml("marketplaces.yaml")["marketplaces"]
    return found


@dataclass(frozen=True)
class Stub:
    """One string of the sandbox's negative testing in one operation, and the requirement that it lets judge."""

    string: str
    id: int
    operation: str
    requirement: str

    @property
    def subject(self) -> str:
        """What stands in place of a session id or an item id."""
        return STUB + self.string


@cache
def stubs() -> tuple[Stub, ...]:
    """The negative-testing strings by operation (`contracts/stubs.yaml`)."""
    return tuple(
        Stub(stub["string"], stub["id"], operation, judged)
        for stub in read_yaml("stubs.yaml")["stubs"]
        for judged, listed in stub["judges"].items()
        for operation in listed
    )


@cache
def requirements() -> dict[str, Requirement]:
    """Every requirement by id, in the order of the chapters and of their files."""
    found = {}
    for chapter in CHAPTERS:
        loaded = read_yaml(f"requirements/{chapter}.yaml")
        for own in loaded["requirements"]:
            of_chapter = {name: loaded[name] for name in ("factors", "puts_in_doubt")}
            found[own["id"]] = requirement(chapter, of_chapter | own)
    return found


@cache
def rule_of_need(need: str) -> str | None:
    """The requirement that needs just this of a profile, as in `item.refused.15018`; None if there is none."""
    return next(
        (each.id for each in requirements().values() for needs in each.needs if need in alternatives(needs)), None
    )


@cache
def owner_of(what: OwnedBreach) -> str:
    """The id of the one requirement that owns a kind of breach."""
    (found,) = (each.id for each in requirements().values() if what in each.owns)
    return found


@cache
def explaining(what: ExplainedFinding) -> tuple[str, ...]:
    """The ids of the requirements whose breach explains findings of that kind, in the order of their files."""
    return tuple(each.id for each in requirements().values() if what in each.explains)


@cache
def rule_of_refusal(error_id: int) -> str:
    """The id of the one requirement by which a request is refused with this error id."""
    (found,) = (
        each.id for each in requirements().values() if any(look.id == error_id for look in each.lawful_refusals)
    )
    return found


@cache
def lawful_statuses(operation: str, error_id: int) -> frozenset[int]:
    """The statuses that a refusal with this id may have in an operation: by its document, or by some requirement."""
    known = operations().get(operation)
    found = set(known.statuses_of(error_id)) if known else set()
    for answer in (each for known_as in requirements().values() for each in known_as.lawful_refusals):
        if answer.id == error_id and answer.status and (not answer.operations or operation in answer.operations):
            found.add(answer.status)
    return frozenset(found)


@cache
def _owned_answers(operation: str) -> tuple[tuple[dict[str, Any], str], ...]:
    """Members of a valid request's body, and the owner of the answer to it; the narrowest first."""
    found = [
        (valid.body, each.id)
        for each in requirements().values()
        for valid in each.owns_answers_to
        if valid.operation == operation
    ]
    return tuple(sorted(found, key=lambda pair: -len(pair[0])))


def owner_of_answer_to(operation: str, body: dict[str, Any] | None = None) -> str:
    """The id of the requirement that owns the answer to a valid request. Raises KeyError if there is none."""
    for members, requirement_id in _owned_answers(operation):
        if all(body is not None and body.get(name) == value for name, value in members.items()):
            return requirement_id
    raise KeyError(operation)


def digest() -> str:
    """Which contract is judged by: a digest of its files."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(ROOT.rglob("*.yaml")))).hexdigest()[:12]
