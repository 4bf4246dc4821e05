"""Faults about the form of refusals: each member of an error, what it tells, and the media type."""

from __future__ import annotations

from mock_server.domain.errors import Refusal
from mock_server.domain.shop import Call, Response
from mock_server.injection import (
    ADDRESS,
    APPLY,
    INITIATE,
    OPERATIONS,
    OPTION,
    ORDER,
    PLACE,
    QUANTITY,
    READ,
    REMOVE,
    Condition,
    Effect,
    Fault,
    accepted,
    after,
    drop,
    edit,
    error,
    every,
    fault,
    from_nth,
    header,
    in_market,
    lines,
    put,
    refused,
)

_PAGE = b"<html><body><h1>Conflict</h1></body></html>"
TRACE = (
    'Traceback (most recent call last):\n  File "/srv/checkout/cart.py", line 88, in update\n    line = lines[key]\n'
    "KeyError: 'line'"
)


def _page(call: Call, response: Response, refusal: Refusal) -> Response:
    return Response(response.status, _PAGE, {"Content-Type": "text/html"})


def _nothing(call: Call, response: Response, refusal: Refusal) -> Response:
    return Response(response.status, b"", {})


def _one_object(call: Call, response: Response, refusal: Refusal) -> None:
    response.body["error"] = response.body.pop("errors")[0]


def _callback(call: Call, response: Response, *_: object) -> Response:
    return Response(response.status, b"callback({})", {"Content-Type": "application/json"})


def untold(id: int, operation: str) -> Effect:
    """Neither the texts nor the parameters nor the references of this id tell what it is about."""

    def action(call: Call, response: Response, refusal: Refusal) -> None:
        for shown in response.body["errors"]:
            shown.update(message="The request cannot be carried out", longMessage="The request cannot be carried out.")
            shown.pop("parameters", None)
            shown.pop("inputRefIds", None)

    return after("refusal", action, on=operation, when=error(id))


# The id that keeps it to itself, on which method.
UNTOLD = (
    (15001, INITIATE, "initiate"),
    (15002, INITIATE, "initiate"),
    (15011, INITIATE, "initiate"),
    (15001, ADDRESS, "address"),
    (15048, ADDRESS, "address"),
    (15002, QUANTITY, "quantity"),
    (15027, READ, "read"),
    (15029, REMOVE, "remove"),
    (15029, PLACE, "place"),
    (15002, OPTION, "option"),
    (15001, APPLY, "apply"),
)

# Words of the name, method, media type, what a client sees, when, and the kind.
TYPES: tuple[tuple[str, str, str | None, str, Condition, str], ...] = (
    (
        "initiate",
        INITIATE,
        "text/html; charset=utf-8",
        "in EBAY_DE a new session is text/html",
        accepted & in_market("EBAY_DE"),
        "marketplace",
    ),
    ("read", READ, "application/vnd.api+json", "a read is application/vnd.api+json", accepted, "always"),
    ("apply", APPLY, "text/json", "an applied coupon is text/json", accepted, "always"),
    ("remove", REMOVE, "application/octet-stream", "a removed coupon is a stream of bytes", accepted, "coupon"),
    ("address", ADDRESS, "application/jsonp", "each third address is application/jsonp", accepted & every(3), "repeat"),
    ("option", OPTION, "application/xml", "another option is application/xml", accepted, "always"),
    ("order", ORDER, "text/plain", "an order is text/plain", accepted, "always"),
    ("place", PLACE, "application/x-www-form-urlencoded", "a placed order says it is a form", accepted, "always"),
)

FAULTS: list[Fault] = [
    # -- ERROR-SHAPE, each member --
    fault("errors-without-domain", "ERROR-SHAPE", "errors have no domain", drop("errors[].domain"), on=OPERATIONS),
    fault(
        "errors-without-id",
        "ERROR-SHAPE",
        "the refusal of an option has no errorId",
        drop("errors[].errorId", on=OPTION),
        also="SHIP-UNKNOWN",
    ),
    fault(
        "errors-without-category",
        "ERROR-SHAPE",
        "errors about a coupon have no category",
        drop("errors[].category", on=APPLY),
    ),
    fault(
        "errors-without-message",
        "ERROR-SHAPE",
        "errors about a quantity have no message",
        drop("errors[].message", on=QUANTITY),
    ),
    fault(
        "errors-with-empty-message",
        "ERROR-SHAPE",
        "from the second refused address on the message is empty",
        put("errors[].message", "", on=ADDRESS, when=refused & from_nth(2)),
        kind="repeat",
    ),
    fault(
        "errors-with-id-as-text",
        "ERROR-SHAPE",
        "errorId is a text in initiate",
        edit("errors[].errorId", str, on=INITIATE),
        kind="field",
        also="SESSION-INVALID",
    ),
    fault(
        "errors-of-another-domain",
        "ERROR-SHAPE",
        "errors of a read are of domain API_CHECKOUT",
        edit("errors[].domain", lambda domain: "API_CHECKOUT" if domain == "API_ORDER" else domain, on=READ),
        kind="field",
    ),
    fault(
        "errors-of-another-category",
        "ERROR-SHAPE",
        "15021 is of category REQUEST",
        put("errors[].category", "REQUEST", when=error(15021)),
        on=(QUANTITY, ADDRESS, OPTION, APPLY, REMOVE),
        kind="field",
    ),
    fault(
        "errors-with-long-message-as-list",
        "ERROR-SHAPE",
        "longMessage is a list when an order is placed",
        edit("errors[].longMessage", lambda text: [text], on=PLACE),
        kind="field",
    ),
    fault(
        "errors-with-null-subdomain",
        "ERROR-SHAPE",
        "subdomain is null when a coupon is removed",
        put("errors[].subdomain", None, on=REMOVE),
        kind="field",
    ),
    fault(
        "errors-with-reference-as-text",
        "ERROR-SHAPE",
        "inputRefIds is a text in place of a list",
        edit("errors[].inputRefIds", lambda ids: ids[0], on=(INITIATE, ADDRESS)),
        kind="field",
    ),
    fault(
        "errors-with-parameters-as-object",
        "ERROR-SHAPE",
        "parameters is an object of names and values",
        edit(
            "errors[].parameters",
            lambda parameters: {parameter["name"]: parameter["value"] for parameter in parameters},
            on=(INITIATE, READ, QUANTITY),
        ),
        kind="field",
    ),
    fault(
        "errors-with-number-as-parameter",
        "ERROR-SHAPE",
        "the maximum of lines stands as a number among the parameters",
        edit("errors[].parameters[].value", int, on=INITIATE, when=error(15011)),
        kind="field",
    ),
    fault(
        "errors-is-one-object",
        "ERROR-SHAPE",
        "a refused coupon has one error outside of any list",
        after("refusal", _one_object, on=APPLY),
        kind="field",
    ),
    fault(
        "errors-is-nothing",
        "ERROR-SHAPE",
        "a refused removal of a coupon has no body",
        after("refusal", _nothing, on=REMOVE),
        kind="field",
    ),
    fault(
        "errors-with-trace",
        "ERROR-SHAPE",
        "longMessage of 15002 on a quantity is a stack trace",
        put("errors[].longMessage", TRACE, on=QUANTITY, when=error(15002)),
        kind="field",
    ),
    # -- ERROR-PARAMS --
    *(
        fault(
            f"untold-{id}-on-{words}",
            "ERROR-PARAMS",
            f"{id} does not tell what it is about",
            untold(id, operation),
            kind="id",
        )
        for id, operation, words in UNTOLD
    ),
    # -- TYPE-JSON, each method --
    fault(
        "refusal-is-a-page",
        "TYPE-JSON",
        "a refused read is a page of HTML",
        after("refusal", _page, on=READ),
        also="ERROR-SHAPE",
    ),
    fault(
        "refusals-are-text",
        "TYPE-JSON",
        "refusals are text/plain",
        header("Content-Type", "text/plain", when=refused),
        on=OPERATIONS,
    ),
    *(
        fault(
            f"media-type-of-{words}",
            "TYPE-JSON",
            sees,
            header("Content-Type", value, on=operation, when=when),
            kind=kind,
        )
        for words, operation, value, sees, when, kind in TYPES
    ),
    fault(
        "quantity-as-callback",
        "TYPE-JSON",
        "with three lines the answer about a quantity is JavaScript",
        after("response", _callback, on=QUANTITY, when=accepted & lines(3)),
        kind="lines",
    ),
]
