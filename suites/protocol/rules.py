"""Protocol: tokens, the form of refusals and warnings, odd requests, media types."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

from conformance.core import contract
from conformance.core.exchange import BAD_CREDENTIALS, OTHER_APP, OWN_APP, CaseKey, Exchange
from conformance.core.stubs import stubs_in
from conformance.judging.claim import (
    AMONG,
    HELD,
    LACKS,
    WARNING_IDS,
    AnswerPath,
    Aspect,
    Claim,
    compare,
    equal,
    held,
    member_or_null,
    quoted,
    shown,
    true,
)
from conformance.judging.content.information_leaks import leak
from conformance.judging.content.odd_requests import FOREIGN, has_odd_content, is_object, is_odd, media_type, taken
from conformance.judging.context import RefusalReason, RuleContext
from conformance.judging.registry import ANY_ANSWER, AnswerKind, demands, forbids, refuses
from suites.protocol.error_form import wrong_members
from suites.protocol.tokens import token_rejected

TRACE = re.compile(
    r"Traceback \(most recent|^\s+at [\w.$<>]+ ?\(|\.java:\d+\)|node:internal|File \"[^\"]+\", line \d+"
    r"|goroutine \d+ \[|panic: |\.rs:\d+:\d+",
    re.M,
)
# The same for a script, where a line break in a text is a backslash and an n.
TRACE_TEST = (
    r'((.text // "") + (.body|tostring)|test("Traceback [(]most recent|(^|\n|\\n)[ \t]+at [^ ]+ ?[(]|[.]java:[0-9]+[)]'
    r'|node:internal|panic: |[.]rs:[0-9]+:[0-9]+|goroutine [0-9]+ |File .{1,200}, line [0-9]+"; "i")|not)'
)
PAGE_TEST = r'((.text // "")|test("<!doctype html|<html|<body"; "i")|not)'
HTML = re.compile(r"<!doctype html|<html[\s>]|<body[\s>]", re.I)
# Where a server's HTTP layer answers before the API does, no body is asked for (requirements.md, ROBUST).
NO_BODY = (405, 406, 408, 411, 413, 414, 429, 431)


@refuses("AUTH-TOKEN")
def no_good_token(context: RuleContext) -> Iterator[str]:
    if context.request.credential in BAD_CREDENTIALS:
        yield context.request.credential


@demands("AUTH-TOKEN", on=AnswerKind.REFUSED)
def a_stranger_learns_nothing(context: RuleContext) -> Iterator[Claim]:
    session = context.session or (context.order.paid if context.order else None)
    if context.request.credential in BAD_CREDENTIALS and session:
        yield leak(context, session)


@demands("AUTH-SCOPE")
def one_token_opens_the_method(context: RuleContext) -> Iterator[Claim]:
    if context.request.credential in (OWN_APP, OTHER_APP) and context.profile.auth.kind == "client_credentials":
        yield HELD


@forbids("AUTH-SCOPE")
@demands("AUTH-SCOPE", on=AnswerKind.REFUSED)
def a_granted_token_is_not_refused(context: RuleContext) -> Iterator[Claim]:
    """Whatever was asked: a request whose token is turned away never came to that."""
    if token_rejected(context):
        yield true(
            False,
            Aspect.ACCEPTED,
            "a token of the documented scope opens the method",
            context.exchange.answer(),
            ".status != 401 and .status != 403",
        )


MEMBERS = AnswerPath(".body|objects|keys[]", "the answer")
GRANTS = {
    "wrong-secret": (401, "invalid_client"),
    "unknown-client": (401, "invalid_client"),
    "unknown-scope": (400, "invalid_scope"),
}


@demands("AUTH-GRANT", on=ANY_ANSWER)
def a_wrong_grant_is_refused(context: RuleContext) -> Iterator[Claim]:
    body = context.exchange.body if isinstance(context.exchange.body, dict) else {}
    if context.operation == contract.TOKEN and context.request.credential in GRANTS:
        status, code = GRANTS[context.request.credential]
        right, error = [status, code], body.get("error")
        yield true(
            [context.exchange.status, error] == right,
            "the refusal",
            f"{_wrong_part(context)} is refused with {status} and {code}",
            f"{context.exchange.status} and {'no error' if error is None else shown(error)}",
            f"[.status, .body.error] == {quoted(right)}",
            look="[.status, .body.error]",
        )
        yield compare("no token", MEMBERS, LACKS, "access_token", list(body))


def _wrong_part(context: RuleContext) -> str:
    """What is wrong with a grant, in words."""
    credential = context.request.credential
    if credential != "unknown-scope":
        return "a wrong secret" if credential == "wrong-secret" else "an unknown client"
    (scope, *_) = parse_qs((context.request.raw or b"").decode()).get("scope", [""])
    return f"the scope {scope}, which nobody gave out," if scope else "an unknown scope"


def entries(exchange: Exchange, name: str) -> list[Any] | None:
    """The list `errors` or `warnings` of an answer; None if there is no such list."""
    found = exchange.member(name)
    return found if isinstance(found, list) else None


def _wrong(context: RuleContext, name: str, listed: list[Any]) -> Iterator[Claim]:
    """One claim for each aspect in which some entry is wrong."""
    spoken_for: set[str] = set()
    for error in listed:
        for wrong in wrong_members(error, context.operation):
            if wrong.member not in spoken_for:
                spoken_for.add(wrong.member)
                test = f"all(.body.{name}[]?; {wrong.test})"
                yield true(False, wrong.member, f"{wrong.member}: {wrong.expected}", wrong.seen, test)


@demands("ERROR-SHAPE", on=AnswerKind.REFUSED)
def every_refusal_is_a_list_of_errors(context: RuleContext) -> Iterator[Claim]:
    exchange, listed = context.exchange, entries(context.exchange, "errors")
    if (exchange.status in NO_BODY and not exchange.body) or (exchange.status or 0) < 400:
        return
    if "ROBUST" in context.broken:
        return
    if not listed:
        if exchange.crashed and context.broken:
            return  # the crash itself is told already
        seen = (
            "a page of HTML"
            if HTML.search(exchange.text or "")
            else exchange.body
            if exchange.body is not None
            else exchange.text or "no body"
        )
        yield true(
            False,
            "the list",
            "a non-empty list of errors",
            seen,
            '(.body.errors|type) == "array" and (.body.errors|length) > 0',
        )
        return
    wrong = list(_wrong(context, "errors", listed))
    yield from wrong
    if TRACE.search(json.dumps(exchange.body, ensure_ascii=False).replace("\\n", "\n")):
        yield true(False, "no trace", "no stack trace", "a stack trace", TRACE_TEST)
    elif not wrong:
        yield held("the list", reading="several errors in one answer" if len(listed) > 1 else None)


def _plain(text: Any) -> str:
    return re.sub(r"[^a-z0-9]", "", str(text).casefold())


def _several(context: RuleContext) -> bool:
    """Whether the request may be refused for something else than a field's form."""
    known = contract.requirements()
    return any(reason.any_of == "4xx" or not known[reason.requirement].about_field for reason in context.reasons)


OF_THE_SESSION = ("lineItemId", "shippingOptionId")  # fields whose supported values the session tells


def documented_values(context: RuleContext, error_id: int) -> list[str]:
    """What the documented text of an id would tell here: one of these is enough."""
    if not context.request.marketplace:
        return []
    if error_id in (15001, 15002, 15048):
        if len(context.problems) != 1 or _several(context) or context.doubts.may_stand_on(error_id):
            return []  # which of several things a refusal is about is its own choice
        return [
            part for problem in context.problems if problem.path for part in problem.path.replace("[]", "").split(".")
        ]
    if error_id in (15027, 15029):
        address = context.body.get("shippingAddress") if context.operation == contract.INITIATE else context.body
        country = address.get("country") if isinstance(address, dict) else None
        known = [context.request.marketplace, context.session.marketplace if context.session else None, country]
        if error_id == 15027:  # it speaks of any field that has supported values: a line's or an option's id too
            known += [words for name in OF_THE_SESSION if name in context.body for words in (name, context.body[name])]
        return [known_text for known_text in known if isinstance(known_text, str) and known_text]
    if error_id == contract.TOO_MANY_LINES and context.profile.max_line_items:
        return [str(context.profile.max_line_items)]
    return []


@demands("ERROR-PARAMS", on=AnswerKind.REFUSED)
def the_refusal_tells_what_it_is_about(context: RuleContext) -> Iterator[Claim]:
    for error in entries(context.exchange, "errors") or []:
        number = error.get("errorId") if isinstance(error, dict) else None
        wanted = documented_values(context, number) if isinstance(number, int) else []
        if not wanted or len(entries(context.exchange, "errors") or []) > 1:
            continue
        text = _plain(json.dumps(error, ensure_ascii=False))
        ok = any(_plain(value) in text for value in wanted)
        yield true(
            ok,
            f"{number} tells it",
            f"a text or parameter with {wanted[-1]}",
            member_or_null(error, "message"),
            '(.body.errors|tostring|ascii_downcase|gsub("[^a-z0-9]";"")) as $said | '
            f"any({json.dumps([_plain(value) for value in wanted])}[]; . as $one | $said|contains($one))",
            case=CaseKey(context.operation, str(number)),
        )


@demands("WARNING-SHAPE", on=ANY_ANSWER)
def warnings_have_the_form_of_errors(context: RuleContext) -> Iterator[Claim]:
    body = context.exchange.body
    if not isinstance(body, dict) or "warnings" not in body:
        return
    listed = entries(context.exchange, "warnings")
    if listed is None:
        yield true(
            False,
            "the list",
            "a list of warnings",
            member_or_null(body, "warnings"),
            '(.body|has("warnings")|not) or (.body.warnings|type) == "array"',
        )
        return
    if "errors" in body and body["errors"] and listed:
        yield true(
            False,
            "never with errors",
            "no warnings beside errors",
            context.exchange.warning_ids,
            "((.body.errors // [])|length) == 0 or ((.body.warnings // [])|length) == 0",
        )
        return
    wrong = list(_wrong(context, "warnings", listed))
    yield from wrong
    if unknown := [
        identifier for identifier in context.exchange.warning_ids if identifier not in contract.warning_ids()
    ]:
        yield compare("a known id", WARNING_IDS, AMONG, sorted(contract.warning_ids()), unknown)
    elif not wrong:
        yield HELD


@demands("WARNING-SHAPE-OPERATION")
def the_method_lists_its_warnings(context: RuleContext) -> Iterator[Claim]:
    known = contract.operations()[context.operation].warnings
    if context.exchange.warning_ids:
        given = [identifier for identifier in context.exchange.warning_ids if identifier in contract.warning_ids()]
        yield compare("the method's warnings", WARNING_IDS, AMONG, sorted(known), given)


@refuses("ROBUST")
def an_odd_request(context: RuleContext) -> Iterator[RefusalReason]:
    request, known = context.request, context.session is not None or context.order is not None
    if request.subject is not None and not known and is_odd(request.subject):
        yield RefusalReason("ROBUST", any_of="4xx", certain=context.world.complete)
    if contract.operations()[context.operation].request is None:
        return
    foreign = media_type(request.content_type) not in ("application/json", None)
    if foreign:
        yield RefusalReason("ROBUST", any_of="4xx", certain=media_type(request.content_type) in FOREIGN)
    if not any(problem.kind == "shape" for problem in context.problems):
        if not foreign and (request.content_type is None or has_odd_content(context)):
            yield RefusalReason("ROBUST", any_of="4xx", certain=False, lawful=taken)
        return
    raw = request.raw
    odd = raw is None or not is_object(raw)
    is_empty = not raw and request.body is None
    if context.operation == contract.ADDRESS and (is_empty or (raw and raw[:1] == b"{" and raw[-1:] == b"}")):
        odd = False  # its body is optional, and an update may keep every field
    yield RefusalReason("ROBUST", any_of="4xx", certain=odd, lawful=None if odd else taken)


@refuses("ROBUST")
def an_empty_marketplace(context: RuleContext) -> Iterator[RefusalReason]:
    """Where no header is needed, an empty one may be taken for none, or for a marketplace that does not exist."""
    if context.operation == contract.READ_ORDER and context.request.marketplace == "":
        yield RefusalReason("ROBUST", any_of="4xx", certain=False)


@demands("ROBUST", on=AnswerKind.REFUSED)
def no_refusal_is_a_page_or_a_trace(context: RuleContext) -> Iterator[Claim]:
    if not any(reason.requirement == "ROBUST" for reason in context.reasons):
        return
    text = context.exchange.text or json.dumps(context.exchange.body, ensure_ascii=False).replace("\\n", "\n")
    bad = "a page of HTML" if HTML.search(text) else "a stack trace" if TRACE.search(text) else None
    yield true(
        bad is None,
        "no page, no trace",
        "neither a page of HTML nor a stack trace",
        bad,
        f"{TRACE_TEST} and {PAGE_TEST}",
    )


@demands("TYPE-JSON", on=AnswerKind.UNREADABLE)
def an_answer_is_http_and_json(context: RuleContext) -> Iterator[Claim]:
    part = "HTTP" if context.exchange.status is None else "JSON"
    test = ".body != null" if part == "JSON" else ""
    yield true(False, part, f"an answer that {part} can carry", context.exchange.problem, test)


@demands("TYPE-JSON", on=ANY_ANSWER)
def every_body_is_json(context: RuleContext) -> Iterator[Claim]:
    exchange = context.exchange
    if (exchange.body is None and not exchange.text) or exchange.status in NO_BODY:
        return
    kind = exchange.headers.get("content-type", "")
    main = kind.partition(";")[0].strip().lower()
    path = '(.headers["content-type"] // ""|split(";")[0] // ""|ascii_downcase|gsub("^ +| +$";""))'
    yield equal("the media type", path, "application/json", main or None)
    if exchange.text is not None and main == "application/json" and (exchange.status or 0) < 400:
        yield true(False, "JSON", "a JSON body", exchange.text[:120], ".body != null")


# ---------------------------------------------------------------- the sandbox's negative testing


def _stubbed(requirement: str) -> None:
    @refuses(requirement)
    def a_negative_testing_string(context: RuleContext) -> Iterator[RefusalReason]:
        for stub in stubs_in(context.profile, context.request):
            if stub.requirement == requirement:
                yield RefusalReason(requirement, f"stub {stub.string}", ids=(stub.id,), stub=stub.string)


for _requirement in sorted({stub.requirement for stub in contract.stubs()}):
    _stubbed(_requirement)
