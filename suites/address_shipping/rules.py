"""Address and shipping: what an address must have and may not have, where a marketplace ships, which option is selected."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from conformance.core import contract
from conformance.core.addresses import flat_address, folded
from conformance.core.exchange import CaseKey
from conformance.judging.claim import (
    AMONG,
    HELD,
    JQ_ACCEPTED,
    AnswerPath,
    Aspect,
    Claim,
    compare,
    equal,
    held,
    selects,
    true,
    warned,
)
from conformance.judging.context import ONLY_SUCCESS, RefusalReason, RuleContext
from conformance.judging.model import Line, StatePart, View, differences, keyed, objects, once, state
from conformance.judging.registry import demands, forbids, refuses, shows
from suites.shared.state_claims import not_read_back, reported_by_form


@demands("ADDR-REPLACE")
def the_new_address_is_read_back(context: RuleContext) -> Iterator[Claim]:
    if context.operation != contract.ADDRESS or context.answer is None:
        return
    sent, seen = flat_address(context.address), flat_address(context.answer.address)
    if wrong := not_read_back(context.address, context.answer.address, "every field that was sent"):
        yield wrong
    elif sent:
        optional = [
            name
            for name in ("addressLine2", "county")
            if name not in sent and context.before and name in flat_address(context.before.address)
        ]
        kept = [name for name in optional if name in seen]
        reading = ("optional fields are kept" if kept else "optional fields are gone") if optional else None
        yield held("every field that was sent", reading=reading)


@demands("ADDR-REPLACE-EXACT")
def the_new_address_is_read_back_exactly(context: RuleContext) -> Iterator[Claim]:
    if context.operation not in (contract.ADDRESS, contract.INITIATE) or context.answer is None:
        return
    sent, seen = flat_address(context.address), flat_address(context.answer.address)
    wrong = next(
        (name for name, value in sent.items() if seen.get(name) != value and not reported_by_form(name, seen)), None
    )
    if wrong:
        yield equal("letter for letter", f".body.shippingAddress.{wrong}", sent[wrong], seen.get(wrong))
    elif sent:
        yield HELD


# Fields of an address whose form no document states: a target knows its own addresses, and may doubt any other.
UNSTATED = ("phoneNumber", "postalCode")
LONGEST_TEXT = 40  # where no limit is stated


@refuses("SESSION-INVALID")
def an_address_that_may_be_doubted(context: RuleContext) -> Iterator[RefusalReason]:
    """Texts that no document rules out and that a careful target may refuse: it need not take `0` for a city."""
    if not context.address:
        return
    market = context.profile.markets.get(context.request.marketplace or "")
    known = [market.address, market.other_address, market.unverifiable_address] if market else []
    ruled_out = {problem.field for problem in context.problems}
    for name, value in flat_address(context.address).items():
        if not isinstance(value, str) or not value.strip() or name.rpartition(".")[2] in ruled_out:
            continue
        doubtful = (
            value not in [address.get(name) for address in known if address]
            if name in UNSTATED
            else not _is_plausible(value) or (len(value) > LONGEST_TEXT and not name.startswith("addressLine"))
        )
        if doubtful:
            yield RefusalReason("SESSION-INVALID", f"{name} of no stated form", any_of="documented", certain=False)


@lru_cache(maxsize=4096)
def _is_plausible(value: str) -> bool:
    """Whether people have such names and streets: letters of living scripts, digits, punctuation."""
    return any(map(str.isalpha, value)) and all(
        char < "\U00010000" and unicodedata.category(char)[0] in "LMNPZ" for char in value
    )


@forbids("ADDR-REQUIRED")
def a_postal_code_of_hong_kong(context: RuleContext) -> Iterator[Claim]:
    """An address of Hong Kong has no postal code: none can be asked for."""
    if context.operation not in (contract.INITIATE, contract.ADDRESS) or 15001 not in context.exchange.error_ids:
        return
    if context.address.get("country") != "HK" or context.address.get("postalCode"):
        return
    if not context.problems:  # what else is wrong with the request may be what is missed
        want = "an address of Hong Kong without a postal code"
        yield true(False, Aspect.ACCEPTED, want, context.exchange.answer(), JQ_ACCEPTED)


@refuses("ADDR-REQUIRED")
def a_required_part_is_missing(context: RuleContext) -> Iterator[RefusalReason]:
    for problem in context.problems:
        if (
            not problem.in_address
            or problem.kind != "missing"
            or (problem.optional and problem.field != "stateOrProvince")
        ):
            continue
        if _never_given(context, problem.field):
            continue
        when = "empty" if problem.value == "" else ""
        if problem.field == "stateOrProvince":
            yield RefusalReason("ADDR-REQUIRED", problem.path, certain=False, when=when, lawful=lambda _: "state")
        elif context.operation == contract.INITIATE:
            yield RefusalReason("ADDR-REQUIRED", problem.path, when=when)
        else:
            kept = _is_kept(context, problem.path)
            yield RefusalReason(
                "ADDR-REQUIRED", problem.path, certain=not kept, when=when, lawful=(lambda _: "kept") if kept else None
            )


def _never_given(context: RuleContext, field: str) -> bool:
    """Whether the profile's own address, which the target takes, does without the field as well."""
    market = context.profile.markets.get(context.sold_in)
    return market is not None and field in ("postalCode", "stateOrProvince") and not market.address.get(field)


def _is_kept(context: RuleContext, path: str) -> bool:
    """Whether an update that leaves a required field out shows what the session had there before."""
    if context.before is None or context.answer is None:
        return True
    before, after = flat_address(context.before.address), flat_address(context.answer.address)
    names = [name for name in {*before, *after} if name == path or name.startswith(f"{path}.")]
    return all(folded(before.get(name)) == folded(after.get(name)) for name in names)


@refuses("ADDR-LENGTH")
def an_address_line_is_too_long(context: RuleContext) -> Iterator[str]:
    """The longest lengths are the contract's; `conformance/judging/content/request_schema.py` compares with them."""
    for problem in context.problems:
        if problem.kind == "length" and problem.in_address:
            yield problem.path


@refuses("ADDR-CHARS")
def control_characters(context: RuleContext) -> Iterator[RefusalReason]:
    """The documents list no invalid character: U+0000 to U+001F are certain, U+007F to U+009F a reading."""
    for problem in context.problems:
        if problem.kind == "control":
            first = min(ord(char) for char in problem.value if ord(char) < 32 or 127 <= ord(char) < 160)
            yield RefusalReason(
                "ADDR-CHARS", f"{problem.path} with U+{first:04X}", certain=first < 32, lawful=_delete_is_no_control
            )


def _delete_is_no_control(context: RuleContext) -> str | None:
    beyond = all(problem.kind != "control" or min(map(ord, problem.value)) >= 32 for problem in context.problems)
    return ONLY_SUCCESS if beyond else None


@refuses("ADDR-CHARS-MARKUP")
def markup(context: RuleContext) -> Iterator[str]:
    for problem in context.problems:
        if problem.kind == "markup":
            yield problem.path


@refuses("ADDR-DOMESTIC", "ADDR-SANCTION")
def a_foreign_country(context: RuleContext) -> Iterator[RefusalReason]:
    market = context.profile.markets.get(context.sold_in)
    country = context.address.get("country")
    if market and isinstance(country, str) and country.strip() and country != market.country:
        if country in market.sanctioned_countries:
            yield RefusalReason("ADDR-SANCTION", country)
        else:
            yield RefusalReason("ADDR-DOMESTIC", country, certain=country in market.foreign_countries)
    elsewhere = context.profile.markets.get(context.request.marketplace or "")
    if elsewhere and elsewhere is not market and isinstance(country, str) and country != elsewhere.country:
        yield RefusalReason("ADDR-DOMESTIC", country, certain=False)  # foreign to the marketplace of the header


@demands("ADDR-WARN")
def a_doubtful_address_is_taken_with_a_warning(context: RuleContext) -> Iterator[Claim]:
    market = context.profile.markets.get(context.sold_in)
    if market and market.unverifiable_address and context.address == market.unverifiable_address:
        yield from warned(context.exchange, contract.UNVERIFIED_ADDRESS)


# ---------------------------------------------------------------- shipping options


SELECTED_COUNTS = AnswerPath(
    ".body.lineItems[]|[.shippingOptions[]?|select(.selected==true)]|length", "selected options of each line"
)
FIRST_SELECTED = AnswerPath(".body.lineItems[].shippingOptions[0].selected", "selected of each line's first option")


@once
def _selected(view: View) -> list[tuple[Line, int]]:
    """Each line whose options can be read, and how many of them are selected."""
    lines = [shown_line for shown_line in view.lines.values() if _options_readable(shown_line)]
    return [(shown_line, sum([option.selected for option in shown_line.options])) for shown_line in lines]


@shows("SHIP-ONE")
def each_line_has_exactly_one_selected_option(view: View) -> Iterator[Claim]:
    if counts := [count for _, count in _selected(view)]:
        yield compare("one selected option", SELECTED_COUNTS, AMONG, [1], counts)


@demands("SHIP-ONE")
def a_new_session_has_the_first_option(context: RuleContext) -> Iterator[Claim]:
    if context.operation != contract.INITIATE or context.answer is None:
        return
    readable = [shown_line for shown_line, count in _selected(context.answer) if count == 1]
    if readable and len(readable) == len(_selected(context.answer)):
        first = [bool(shown_line.options and shown_line.options[0].selected) for shown_line in readable]
        case = CaseKey(context.operation, "the first option")
        yield compare("the first option at the start", FIRST_SELECTED, AMONG, [True], first, case=case)


def _options_readable(line: Line) -> bool:
    """Whether the options have the form that SESSION-FIELDS asks for."""
    options = line.raw.get("shippingOptions")
    return isinstance(options, list) and all(
        isinstance(option, dict) and isinstance(option.get("selected"), bool) for option in options
    )


@demands("SHIP-SET")
def just_that_option_on_just_that_line(context: RuleContext) -> Iterator[Claim]:
    target = context.named_line
    if (
        context.operation != contract.OPTION
        or target is None
        or target.item is None
        or context.before is None
        or context.answer is None
    ):
        return
    key = context.key_of(target)
    seen = keyed(context.answer).get(key)
    if seen and not _options_readable(seen):
        return
    wanted = context.body.get("shippingOptionId")
    selected = seen.selected.id if seen and seen.selected else None
    claim = selects("the selected option", target.item, wanted, selected)
    yield claim if claim.ok or seen is None or seen.selected else replace(claim, actual=_how_many(seen))
    if context.session is None or context.session.in_doubt:
        return
    for (part, other), (before, after) in differences(state(context.before), state(context.answer)).items():
        if part == StatePart.OPTION and other != key:
            yield selects("the option of another line", other, before, after)
            return


def _how_many(line: Line) -> str:
    """Why not exactly one option is selected."""
    count = sum(option.selected for option in line.options)
    words = {0: "no option", 2: "two options"}.get(count, f"{count} options")
    return f"{words} selected"


@refuses("SHIP-UNKNOWN")
def an_option_or_line_that_is_not_there(context: RuleContext) -> Iterator[RefusalReason]:
    if context.operation != contract.OPTION or context.session is None:
        return
    target, wanted = context.named_line, context.body.get("shippingOptionId")
    if target is None and (context.body.get("lineItemId") is None or isinstance(context.body.get("lineItemId"), str)):
        yield RefusalReason("SHIP-UNKNOWN", "line", any_of="documented")
    if target and (wanted is None or isinstance(wanted, str)) and target.option(wanted) is None:
        shown = context.answer.lines.get(target.id) if context.answer else None
        lasts = shown is not None and bool(shown.options) and shown.option(wanted) is None
        yield RefusalReason("SHIP-UNKNOWN", "option", any_of="documented", lasts=lasts)


@shows("SHIP-DATES")
def a_delivery_range_begins_before_it_ends(view: View) -> Iterator[Claim]:
    ranges = 0
    for shown_line in view.lines.values():
        for option in objects(shown_line.raw.get("shippingOptions")):
            first, last = option.get("minEstimatedDeliveryDate"), option.get("maxEstimatedDeliveryDate")
            if not (first.__class__ is str and last.__class__ is str and first[:1].isdigit() and last[:1].isdigit()):
                continue
            ranges += 1
            if first[:10] > last[:10]:
                yield true(
                    False,
                    "the range",
                    f"a last day from {first} on",
                    last,
                    "all(.body.lineItems[].shippingOptions[]; "
                    '(.minEstimatedDeliveryDate // "")[:10] <= (.maxEstimatedDeliveryDate // "9")[:10])',
                )
                return
    if ranges:
        yield HELD
