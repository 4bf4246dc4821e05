"""Sessions: created, read back, safe to read, apart from each other; required fields and forms of requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

from conformance.core import contract
from conformance.core.exchange import OTHER_APP, OWN_APP, STRANGERS
from conformance.judging.claim import Claim, equal, line, standing, true
from conformance.judging.information_leaks import leak
from conformance.judging.judge import At, Ground, demands, refuses, statuses
from conformance.judging.model import Key, differences, keyed, pricing, state
from conformance.judging.response_schema import departures
from suites.sessions.blame import PRICES, as_claim, blame, blamed, not_read_back, with_zeros

REMOVED_WARNINGS = {15043, 15055}
GATEWAY_STATUSES = (401, 405, 406, 408, 411, 413, 414, 415, 429, 431)
GATEWAY_IDS = range(1000, 4000)
# Requirements that leave the id of a refusal open, so that no document can be asked for it.
OPEN_IDS = ("MARKET-REQUIRED", "ROBUST", "PAY-TERMS", "AUTH-TOKEN")


@demands("SESSION-CREATE")
def initiate_answers_what_was_asked_for(at: At) -> Iterator[Claim]:
    yield true(
        bool(at.answer and at.answer.id),
        "checkoutSessionId",
        "a session id",
        standing(at.exchange.body, "checkoutSessionId"),
        '(.body.checkoutSessionId // "") != ""',
    )
    if at.answer is None:
        return
    if at.answer.coupons:
        owner = "SESSION-ISOLATED" if any(one.view.coupons for one in at.world.sessions.values()) else None
        yield true(
            False,
            "a fresh session",
            "no coupon applied",
            at.answer.coupons,
            "([.body.appliedCoupons[]?]|length) == 0",
            requirement=owner,
        )
    if not at.answer.lines_known:
        return
    asked: Counter[Any] = Counter()
    for one in at.body.get("lineItemInputs", []):
        if isinstance(one, dict) and isinstance(one.get("quantity"), int):
            asked[one.get("itemId")] += one["quantity"]
    given: Counter[str] = Counter()
    for each in at.answer.lines.values():
        given[each.item or ""] += each.quantity or 0
    if (
        REMOVED_WARNINGS & set(at.exchange.warning_ids) or not at.exchange.warnings_known
    ):  # ITEM-REMOVED says which lines may be gone
        asked = Counter({item: count for item, count in asked.items() if item in given})
    items = sorted(asked)
    yield equal("one line for each input", "([.body.lineItems[].itemId]|unique)", items, sorted(given))
    readable = all(each.quantity is not None for each in at.answer.lines.values())
    for item in items if readable else ():
        if item in given:
            yield equal("quantity of a line", f"([{line(item)}.quantity]|add)", asked[item], given[item])
    about = "the submitted address"
    wrong = not_read_back(at.body.get("shippingAddress") or {}, at.answer.address, about)
    yield wrong or true(True, about, "", "", "true")


@demands("SESSION-FIELDS")
def every_answer_has_its_fields(at: At) -> Iterator[Claim]:
    yield from departures(at, "SESSION-FIELDS")
    if at.session and at.answer and at.answer.id:
        yield equal(
            "checkoutSessionId of the session",
            ".body.checkoutSessionId == $session",
            True,
            at.answer.id == at.session.id,
        )


@demands("SESSION-SIGNATURE")
def initiate_hands_out_a_signature(at: At) -> Iterator[Claim]:
    given = at.exchange.headers.get("x-ebay-security-signature", "")
    yield true(
        bool(given.strip()),
        "X-EBAY-SECURITY-SIGNATURE",
        "a non-empty header",
        given or None,
        '(.headers["x-ebay-security-signature"] // "") != ""',
    )


@demands("SESSION-UNIQUE")
def ids_are_unique_and_stay(at: At) -> Iterator[Claim]:
    if at.answer is None:
        return
    ids = [each.raw.get("lineItemId") for each in at.answer.lines.values()]
    yield true(
        len(set(map(str, ids))) == len(ids),
        "line item ids of a session",
        "all different",
        ids,
        "([.body.lineItems[]?.lineItemId]|length) == ([.body.lineItems[]?.lineItemId]|unique|length)",
    )
    if at.operation == contract.INITIATE and at.answer.id:
        earlier = at.world.sessions.get(at.answer.id)
        yield true(
            earlier is None,
            "checkoutSessionId",
            "an id of its own for each session",
            at.answer.id,
            ".body.checkoutSessionId != $earlier",
            proof=(earlier.created_by,) if earlier else (),
        )
    if at.session and at.before and not at.session.in_doubt:
        changed = [key for key in differences(state(at.before), state(at.answer)) if key[0] == "id"]
        yield true(
            not changed,
            "line item ids stay",
            "the same ids as before",
            f"another id for {changed[0][1]}" if changed else "",
            "$same_line_ids",
        )


def own_differences(at: At) -> dict[Key, tuple[object, object]]:
    """What a read shows that the session so far does not: cart, address, coupons and prices."""
    assert at.before and at.answer
    before, after = state(at.before) | pricing(at.before), state(at.answer) | pricing(at.answer)
    found = {key: pair for key, pair in differences(before, after).items() if key[0] != "id"}
    codes = [code.casefold() for code in at.answer.coupons]
    if len(codes) > len(set(codes)) and len(at.before.coupons) < len(codes):
        found["coupons",] = (before["coupons",], frozenset(f"{code} more than once" for code in codes))
    return with_zeros(found, at.before, at.answer)


@demands("SESSION-READ")
def a_read_shows_the_last_accepted_state(at: At) -> Iterator[Claim]:
    """Whose breach a difference is, depends on what happened since the state was last certain."""
    session = at.session
    if at.operation != contract.READ or session is None or at.answer is None:
        return
    at.cart_differs = session.phase == "ordered" and not at.answer.lines  # told by the first read that shows it so
    if session.in_doubt:
        return
    found = own_differences(at)
    if session.prices_in_doubt:
        found = {key: pair for key, pair in found.items() if key[0] not in PRICES}
    codes = [code.casefold() for code in at.answer.coupons]
    if len(set(codes)) < len(codes) and at.before and len(set(at.before.coupons)) == len(at.before.coupons):
        found["coupons",] = (frozenset(codes), frozenset(f"{code} {codes.count(code)} times" for code in codes))
    at.cart_differs |= any(key[0] not in PRICES for key in found)
    others = [one for one in at.world.changes[session.changes_seen :] if one[0] != session.id]
    guilty = blame(found, session.pending, certain=not session.unconfirmed)
    if found and guilty:
        yield blamed(found, guilty, "nothing changed")
    elif session.unconfirmed:
        yield as_claim(found, proof=(session.unconfirmed,)) if found else true(True, "state", "", "", "true")
    elif session.pending:
        return
    elif others:
        if found:
            yield as_claim(found, requirement="SESSION-ISOLATED", proof=tuple(one[2] for one in others[-2:]))
            if not others[-1][3] and others[-1][1]:
                yield as_claim(
                    found, requirement=others[-1][1], case=f"{at.operation} another session", proof=(others[-1][2],)
                )
        else:
            yield true(True, "state", "", "", "true", requirement="SESSION-ISOLATED")
    elif found:
        yield as_claim(found, requirement="SESSION-SAFE", proof=(session.last_read,) if session.last_read else ())
    else:
        yield true(True, "state", "", "", "true", requirement="SESSION-SAFE")


@demands("SESSION-ONLY")
def a_change_changes_only_what_it_names(at: At) -> Iterator[Claim]:
    session = at.session
    if (
        session is None
        or at.before is None
        or at.answer is None
        or session.in_doubt
        or at.operation not in contract.CHANGES
    ):
        return
    named = {
        contract.QUANTITY: ("quantity", "lines") if at.body.get("quantity") == 0 else ("quantity",),
        contract.OPTION: ("option",),
        contract.ADDRESS: ("address",),
        contract.APPLY: ("coupons",),
        contract.REMOVE: ("coupons",),
    }[at.operation]
    own: tuple[str | None, ...] = ()
    if at.operation == contract.QUANTITY and at.body.get("quantity") == 0:
        named = ("lines",)
        if target := at.before.lines.get(str(at.body.get("lineItemId"))):  # QTY-ZERO says whether it is gone
            own = (target.item, target.id)
    found = {
        key: pair
        for key, pair in differences(state(at.before), state(at.answer)).items()
        if key[0] not in named
        and key[0] != "id"
        and not (key[0] == "coupons" and may_lose_coupon(at))
        and not (key[0] == "quantity" and key[1] in own)
        and not (key[0] == "option" and _quoted_anew(at, key[1]))
    }
    at.cart_differs |= any(key[0] in ("lines", "quantity") for key in found)
    if not found:
        yield true(True, "the rest", "", "", "true")
    elif guilty := blame(found, session.pending, certain=False):
        yield blamed(found, guilty, "nothing changed")
    else:
        yield as_claim(found)


def _quoted_anew(at: At, key: str) -> bool:
    """Whether the selected option is the same one under another id: no document says that ids of options last."""
    assert at.before and at.answer
    old, line = keyed(at.before)[key].selected, keyed(at.answer)[key]
    new = line.selected
    if at.operation != contract.ADDRESS or old is None or new is None or line.option(old.id):
        return False
    return (old.carrier, old.service) == (new.carrier, new.service)


def may_lose_coupon(at: At) -> bool:
    """Whether a coupon's own condition may have ended with this change (COUPON-CONDITION)."""
    if at.session is None or at.before is None or at.answer is None or not at.answer.lines:
        return True
    roles = [at.profile.coupon(at.session.marketplace, code) for code in at.before.coupons]
    fits_any = all(one is not None and one.kind in ("good", "oversized") for one in roles)
    return not (fits_any and set(at.answer.coupons) <= set(at.before.coupons)) and set(at.answer.coupons) <= set(
        at.before.coupons
    )


@refuses("SESSION-UNKNOWN")
def an_unknown_session(at: At) -> Iterator[str]:
    if at.why == "SESSION-UNKNOWN" and at.session is None:
        yield ""


@refuses("SESSION-APP")
def another_app(at: At) -> Iterator[str]:
    if at.session and at.request.credential in (OWN_APP, OTHER_APP) and at.request.credential != at.session.app:
        yield ""


@demands("SESSION-APP", on="refused")
def another_app_learns_nothing(at: At) -> Iterator[Claim]:
    if (
        at.session
        and at.request.credential == OTHER_APP
        and at.session.app == OWN_APP
        and "SESSION-APP" not in at.failed
    ):
        yield leak(at, at.session)


def _required(at: At) -> Iterator[tuple[str, str, bool]]:
    for one in at.problems:
        if one.kind in ("missing", "null", "empty") and not one.optional:
            yield one.path, one.kind, one.in_address


@refuses("SESSION-REQUIRED")
def a_required_field_is_missing(at: At) -> Iterator[Ground]:
    for path, kind, in_address in _required(at):
        if path == "lineItemInputs" and kind != "missing":
            yield Ground("SESSION-NO-LINES", path)
            continue
        if path.endswith(("postalCode", "stateOrProvince")):
            continue  # conditional fields: ADDR-REQUIRED
        if kind == "missing" and (at.operation == contract.INITIATE or path in ("lineItemId", "shippingOptionId")):
            yield Ground("SESSION-REQUIRED", path)
        elif kind == "missing" and in_address:
            yield Ground("SESSION-REQUIRED", path, certain=False, lawful=lambda _: "kept from before")


@refuses("SESSION-INVALID")
def a_value_has_another_type_or_form(at: At) -> Iterator[Ground]:
    for one in at.problems:
        if one.field == "quantity" or one.path.startswith("marketingTerms"):
            continue
        if one.kind in ("type", "form"):
            when = {"itemId": "item", "country": "country"}.get(one.field, "") if isinstance(one.value, str) else ""
            yield Ground("SESSION-INVALID", f"{one.path} {one.kind}", when="empty" if one.value in ([], {}) else when)
        elif one.kind in ("null", "empty") and one.path != "lineItemInputs" and one.field != "redemptionCode":
            # an optional field, or an id that just is not there, may be taken or refused for what it is
            doubtful = one.optional or (one.field in ("lineItemId", "shippingOptionId") and one.kind == "empty")
            yield Ground("SESSION-INVALID", f"{one.path} {one.kind}", when="empty", certain=not doubtful)
            if one.field in ("lineItemId", "shippingOptionId"):
                yield Ground("SESSION-INVALID", f"{one.path} {one.kind}", any_of="documented")


@demands("SESSION-DOCUMENTED", on="any")
def status_and_ids_are_documented(at: At) -> Iterator[Claim]:
    exchange, known = at.exchange, contract.operations()[at.operation]
    if exchange.accepted:
        yield equal("status of a success", ".status", 200, exchange.status)
        return
    if at.failed or at.why in OPEN_IDS or exchange.status in GATEWAY_STATUSES or at.request.credential in STRANGERS:
        return
    extra = [
        one for one in exchange.error_ids if one not in GATEWAY_IDS and exchange.status not in _known(at.operation, one)
    ]
    yield true(
        not extra,
        "each errorId",
        f"ids that {at.operation} documents with {exchange.status}",
        extra,
        "all(.body.errors[]?.errorId; IN(" + ",".join(map(str, sorted(known.ids))) + "))",
    )


@cache
def _known(operation: str, error_id: int) -> frozenset[int]:
    known = set(contract.operations()[operation].statuses_of(error_id))
    for requirement in contract.requirements().values():
        for one in requirement.answers:
            if one.id == error_id and operation in (one.operations or requirement.operations):
                known |= {one.status} if one.status else set(statuses(operation, error_id))
    return frozenset(known)
