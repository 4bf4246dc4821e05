"""The judge against a healthy shop, of which it finds nothing, and against faulty servers, of which it finds the defect."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from conformance.core import contract
from conformance.core.exchange import Exchange, Intent, Request
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.prerequisite import PrerequisiteFailed
from conformance.driver.session_methods import TERMS
from conformance.evidence import journal
from conformance.evidence.aggregate import merge
from conformance.judging.context import Judgment
from conformance.judging.judge import judge, update_world_unjudged
from conformance.judging.load_rules import load_rules
from conformance.judging.trace import Trace
from conformance.judging.world import World
from tests.doubles import faulty_servers_by_action
from tests.doubles.faulty_servers import FaultyServer
from tests.doubles.reference_goods import profile
from tests.doubles.reference_server import ReferenceShop
from tests.doubles.scripted_session import PARTS, changes, visit

# Requirements that the visit cannot judge, and why.
NOT_IN_THE_VISIT = {"AUTH-GRANT": "no token endpoint behind the interface", "RACE": "nothing happens at once"}


def failed(judgments: list[Judgment]) -> Counter[str]:
    return Counter(judgment.requirement for judgment in judgments if not judgment.ok)


def test_the_honest_shop_is_clean() -> None:
    trace = visit(ReferenceShop())
    assert [(judgment.requirement, judgment.claim) for judgment in trace.judgments if not judgment.ok] == []
    passed = {judgment.requirement for judgment in trace.judgments if judgment.ok}
    assert set(contract.requirements()) - passed == set(NOT_IN_THE_VISIT)
    operations = {exchange.operation for exchange in trace.exchanges}
    assert operations == set(contract.operations())


@pytest.mark.parametrize("faulty", faulty_servers_by_action.FAULTY_SERVERS, ids=lambda entry: entry.name)
def test_a_faulty_server_is_found_under_its_requirement(faulty: FaultyServer) -> None:
    """Under the right requirement, and nothing else fails but what the lie breaks by its nature."""
    trace = visit(faulty.shop())
    judgments = trace.judgments
    assert faulty.requirement in failed(judgments)
    found = {finding.requirement for finding in merge([journal.summary(trace, 0)]).findings.values()}
    assert found <= {faulty.requirement, faulty.also}
    for judgment in judgments:
        if not judgment.ok:
            assert judgment.claim and judgment.claim.name and judgment.claim.expected and judgment.claim.test, judgment


class Always(ReferenceShop):
    """One answer to everything."""

    status: int
    body: Any

    def answer(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        return self.status, self.body, {}


ERROR = {"errors": [{"errorId": 15003, "domain": "API_ORDER", "category": "REQUEST", "message": "no"}]}


@pytest.mark.parametrize(("status", "body"), [(200, {}), (404, ERROR), (401, ERROR), (500, ERROR), (200, [])])
def test_always_the_same_is_no_session(status: int, body: Any) -> None:
    load_rules()
    driver = CheckoutDriver(type("Same", (Always,), {"status": status, "body": body})(), Trace("same"))
    with pytest.raises(PrerequisiteFailed, match="SESSION-CREATE"):
        changes(driver)
    assert "SESSION-CREATE" in failed(driver.trace.judgments)


@pytest.mark.parametrize("status", [None, 429, 502, 503, 504])
def test_nothing_is_concluded_from_silence(status: int | None) -> None:
    shop, world = ReferenceShop(), World()
    made = shop.send(Request(contract.INITIATE, None, _body(), "EBAY_US"))
    judge(world, shop.profile, made)
    session = next(iter(world.sessions.values()))
    quiet = Exchange(
        "honest", 1, Request(contract.QUANTITY, session.id, {"lineItemId": "101", "quantity": 2}, "EBAY_US")
    )
    quiet.status, quiet.body = status, None
    assert judge(world, shop.profile, quiet) == []
    assert session.in_doubt
    shop.sessions[session.id].lines[0][2] = 2  # it was done after all
    read = shop.send(Request(contract.READ, session.id, None, "EBAY_US"), seq=2)
    assert not failed(judge(world, shop.profile, read))
    assert not session.in_doubt


def _body() -> dict[str, Any]:
    return CheckoutDriver(ReferenceShop(), Trace("body")).initiate_body("EBAY_US", [("v1|1001|0", 1)])  # type: ignore[arg-type]


def test_what_was_only_observed_is_not_judged() -> None:
    """A request that went together with others leaves its session in doubt until the next read."""
    shop, world = ReferenceShop(), World()
    update_world_unjudged(world, shop.profile, shop.send(Request(contract.INITIATE, None, _body(), "EBAY_US")))
    session = next(iter(world.sessions.values()))
    sent = Request(contract.QUANTITY, session.id, {"lineItemId": "101", "quantity": 7}, "EBAY_US")
    update_world_unjudged(world, shop.profile, shop.send(sent, seq=1))
    assert session.in_doubt
    read = shop.send(Request(contract.READ, session.id, None, "EBAY_US"), seq=2)
    assert not failed(judge(world, shop.profile, read))


def test_an_order_that_went_together_with_a_change_is_not_compared() -> None:
    load_rules()
    shop, world = ReferenceShop(), World()
    judge(world, shop.profile, shop.send(Request(contract.INITIATE, None, _body(), "EBAY_US")))
    session = next(iter(world.sessions.values()))
    line = next(iter(session.view.lines))
    change = Request(contract.QUANTITY, session.id, {"lineItemId": line, "quantity": 3}, "EBAY_US")
    terms = Request(contract.PLACE_ORDER, session.id, {"marketingTerms": TERMS}, "EBAY_US")
    changed, paid = shop.send(change, seq=1), shop.send(terms, seq=2)
    for exchange in (paid, changed):  # answered in the other order
        update_world_unjudged(world, shop.profile, exchange)
    read = shop.send(Request(contract.READ_ORDER, paid.body["purchaseOrderId"], None, None), seq=3)
    assert read.accepted and not failed(judge(world, shop.profile, read))


@pytest.mark.parametrize(("status", "broken"), [(200, set()), (400, set()), (500, {"ROBUST"})])
def test_an_order_is_read_or_refused_under_an_empty_marketplace(status: int, broken: set[str]) -> None:
    """Which is no evidence that an order can be read without a marketplace."""
    load_rules()
    shop, world = ReferenceShop(), World()
    judge(world, shop.profile, shop.send(Request(contract.INITIATE, None, _body(), "EBAY_US")))
    terms = Request(contract.PLACE_ORDER, next(iter(world.sessions)), {"marketingTerms": TERMS}, "EBAY_US")
    paid = shop.send(terms, seq=1)
    judge(world, shop.profile, paid)
    read = shop.send(Request(contract.READ_ORDER, paid.body["purchaseOrderId"], None, None), seq=2)
    read.request.marketplace = ""
    if status != 200:
        number, category = (15000, "APPLICATION") if status == 500 else (15027, "BUSINESS")
        error = {"errorId": number, "domain": "API_ORDER", "category": category}
        read.status, read.body = status, {"errors": [error | {"message": "m"}]}
    judgments = judge(world, shop.profile, read)
    assert set(failed(judgments)) == broken
    assert "MARKET-ORDER-OPTIONAL" not in {judgment.requirement for judgment in judgments}


def test_a_refusal_that_the_profile_may_be_wrong_about_names_what_it_says() -> None:
    load_rules()
    shop, world = ReferenceShop(), World()
    item, role = next(
        (item, role) for item, role in shop.profile.markets["EBAY_US"].roles.items() if role.kind == "stock"
    )
    body = {**_body(), "lineItemInputs": [{"itemId": item, "quantity": role.amount}]}
    exchange = shop.send(Request(contract.INITIATE, None, body, "EBAY_US"))
    exchange.status, exchange.body = (
        409,
        {"errors": [{"errorId": 15013, "domain": "API_ORDER", "category": "BUSINESS"}]},
    )
    (judgment,) = [each for each in judge(world, shop.profile, exchange) if each.requirement == "SESSION-CREATE"]
    assert judgment.claim
    assert judgment.claim.expected == f"accepted with 200, since the profile says: stock = {role.amount} of {item}"


def test_the_same_exchanges_give_the_same_judgments() -> None:
    """Judging is a fold: a second world comes to the same end."""
    trace = visit(ReferenceShop(), *PARTS[:3])
    world, known, again = World(), profile(), []
    for exchange in trace.exchanges:
        again += judge(world, known, exchange)
    assert [(entry.requirement, entry.case, entry.ok) for entry in again] == [
        (judgment.requirement, judgment.case, judgment.ok) for judgment in trace.judgments
    ]


@pytest.mark.parametrize(
    ("credential", "status", "body", "ok"),
    [
        ("wrong-secret", 401, {"error": "invalid_client"}, True),
        ("unknown-client", 401, {"error": "invalid_client"}, True),
        ("unknown-scope", 400, {"error": "invalid_scope"}, True),
        ("wrong-secret", 400, {"error": "invalid_client"}, False),
        ("unknown-scope", 400, {"error": "invalid_client"}, False),
        ("unknown-client", 200, {"access_token": "secret-1"}, False),
        ("unknown-client", 401, {"error": "invalid_client", "access_token": "secret-1"}, False),
        ("wrong-secret", 401, None, False),
    ],
)
def test_a_refused_grant(credential: str, status: int, body: Any, ok: bool) -> None:
    load_rules()
    sent = Request(contract.TOKEN, credential=credential)
    exchange = Exchange("tokens", 0, sent, "POST", intent=Intent("AUTH-GRANT", credential), status=status)
    exchange.body = body
    assert bool(failed(judge(World(), profile(), exchange))) is not ok


def test_a_grant_that_is_not_refused_names_the_scope_in_words() -> None:
    load_rules()
    sent = Request(
        contract.TOKEN, raw=b"grant_type=client_credentials&scope=https%3A%2F%2Fa%2Fno", credential="unknown-scope"
    )
    exchange = Exchange("tokens", 0, sent, "POST", intent=Intent("AUTH-GRANT", "unknown-scope"), status=200)
    exchange.body = {"access_token": "secret-1"}
    judgments = judge(World(), profile(), exchange)
    first, second = [judgment.claim for judgment in judgments if not judgment.ok and judgment.claim]
    assert first.expected == "the scope https://a/no, which nobody gave out, is refused with 400 and invalid_scope"
    assert (first.actual, second.name) == ("200 and no error", "no token")
    trace = Trace("grants", exchanges=[exchange], judgments=judgments)
    (finding,) = merge([journal.summary(trace, 0)]).findings.values()
    assert finding.count == 1


def test_the_id_of_a_refusal_says_whose_answer_it_is() -> None:
    """A request that breaks two rules is reported under the rule that the answer names, whatever it was sent for."""
    faulty = next(entry for entry in faulty_servers_by_action.FAULTY_SERVERS if entry.name == "409 for a marketplace")
    for requirement in ("MARKET-SAME", "COUPON-NOT-APPLIED"):
        driver = CheckoutDriver(faulty.shop(), Trace("two"))  # type: ignore[arg-type]
        session = driver.create_session("EBAY_US", [("v1|1001|0", 1)])
        session.send(contract.REMOVE, {"redemptionCode": "FIVEOFF"}, requirement, marketplace="EBAY_GB")
        assert set(failed(driver.trace.judgments)) == {"MARKET-SAME"}


@pytest.mark.parametrize(
    ("status", "error", "lawful"),
    [
        (400, 15001, True),
        (404, 15003, True),  # a status that another requirement lets the id have
        (409, 15012, True),
        (401, 1001, False),
        (403, 1100, False),
        (404, 2002, False),
        (404, 3003, False),
    ],
)
def test_a_gateways_error_is_no_reason_of_the_business(status: int, error: int, lawful: bool) -> None:
    """An unknown line may be refused with any error of the method, but not with one about the token or the address."""
    load_rules()
    shop, world = ReferenceShop(), World()
    judge(world, shop.profile, shop.send(Request(contract.INITIATE, None, _body(), "EBAY_US")))
    session = next(iter(world.sessions.values()))
    request = Request(contract.QUANTITY, session.id, {"lineItemId": "no such line", "quantity": 2}, "EBAY_US")
    entry = contract.error(error, contract.QUANTITY)
    assert entry
    refusal = {"errorId": error, "domain": entry.domains[0], "category": entry.categories[0], "message": "no"}
    refused = Exchange(
        "honest", 1, request, intent=Intent("QTY-UNKNOWN-LINE"), status=status, body={"errors": [refusal]}
    )
    told_as = set(failed(judge(world, shop.profile, refused))) & {"QTY-UNKNOWN-LINE", "AUTH-SCOPE"}
    assert (not told_as) is lawful


@pytest.mark.parametrize(
    ("sent_for", "status", "error", "owner"),
    [
        ("ADDR-REQUIRED", 401, 1002, "AUTH-TOKEN"),  # the id of a missing token
        ("ADDR-REQUIRED", 401, 9999, "AUTH-TOKEN"),  # the status of tokens
        ("AUTH-TOKEN", 409, 15001, "ADDR-REQUIRED"),  # the id of a missing field
        ("ADDR-REQUIRED", 409, 15012, "ADDR-REQUIRED"),  # names neither: the rule that it was sent for
        ("AUTH-TOKEN", 200, None, "AUTH-TOKEN"),
    ],
)
def test_a_wrong_refusal_belongs_to_the_reason_that_it_names(
    sent_for: str, status: int, error: int | None, owner: str
) -> None:
    """A request without a token and without a city has two reasons; the answer says which of them was met."""
    load_rules()
    body = _body()
    body["shippingAddress"] = {name: value for name, value in body["shippingAddress"].items() if name != "city"}
    request = Request(contract.INITIATE, None, body, "EBAY_US", credential="none")
    errors = [{"errorId": error, "domain": "API_ORDER", "category": "REQUEST"}] if error else []
    exchange = Exchange("two reasons", 0, request, intent=Intent(sent_for), status=status, body={"errors": errors})
    assert set(failed(judge(World(), profile(), exchange))) & {"AUTH-TOKEN", "ADDR-REQUIRED"} == {owner}


@pytest.mark.parametrize(("quantity", "warned", "ok"), [(3, True, True), (6, False, True), (3, False, False)])
def test_of_two_inputs_of_an_item_one_may_be_taken_out(quantity: int, warned: bool, ok: bool) -> None:
    """Two readings meet: an item twice is one line, and a line that is too much goes with a warning."""
    load_rules()
    shop, world = ReferenceShop(), World()
    body = _body()
    (first, *_) = body["lineItemInputs"]
    body["lineItemInputs"] = [{**first, "quantity": 3}, {**first, "quantity": 3}]
    exchange = shop.send(Request(contract.INITIATE, None, body, "EBAY_US"))
    line = exchange.body["lineItems"][0]
    exchange.body["lineItems"] = [{**line, "quantity": quantity}]
    if warned:
        exchange.body["warnings"] = [
            {"errorId": 15055, "domain": "API_ORDER", "category": "BUSINESS", "message": "less"}
        ]
    assert ("SESSION-CREATE" not in failed(judge(world, shop.profile, exchange))) is ok
