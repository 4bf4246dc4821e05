"""Errors that no item of the target provokes, by the sandbox's negative-testing strings (contracts/stubs.yaml)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from conformance.core import contract
from conformance.core.contract import Stub
from conformance.core.exchange import Request
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import in_marketplaces, provokes, through_stubs
from conformance.driver.session_methods import TERMS


def _of(*operations: str) -> list[Stub]:
    return [stub for stub in contract.stubs() if stub.operation in operations]


def _judged(*operations: str) -> list[str]:
    return sorted({stub.requirement for stub in _of(*operations)})


def _body(driver: CheckoutDriver, market: str, stub: Stub) -> dict[str, Any]:
    address = deepcopy(driver.market(market).address)
    if stub.operation == contract.INITIATE:
        address["recipient"] = {"firstName": "testError", "lastName": "testError"}
        return driver.initiate_body(market, [(stub.subject, 1)], address=address)
    bodies: dict[str, dict[str, Any]] = {
        contract.QUANTITY: {"lineItemId": "1", "quantity": 1},
        contract.OPTION: {"lineItemId": "1", "shippingOptionId": "1"},
        contract.ADDRESS: address,
        contract.PLACE_ORDER: {"marketingTerms": deepcopy(TERMS)},
    }
    return bodies[stub.operation]


def _ask(driver: CheckoutDriver, market: str, *operations: str) -> None:
    by_requirement: dict[str, list[Stub]] = {}
    for stub in _of(*operations):
        if stub.string in driver.profile.stubs:
            by_requirement.setdefault(stub.requirement, []).append(stub)
    for requirement, stubs in by_requirement.items():
        for stub in driver.some(stubs):
            subject = None if stub.operation == contract.INITIATE else stub.subject
            request = Request(stub.operation, subject, _body(driver, market, stub), market)
            driver.send(request, requirement, f"stub {stub.string}")


@provokes(*_judged(contract.INITIATE), cost=5)
@through_stubs()
@in_marketplaces(1)
def test_stubs_of_items(driver: CheckoutDriver, market: str) -> None:
    _ask(driver, market, contract.INITIATE)


@provokes(*_judged(*contract.CHANGES), cost=9)
@through_stubs()
@in_marketplaces(1)
def test_stubs_of_sessions(driver: CheckoutDriver, market: str) -> None:
    _ask(driver, market, *contract.CHANGES)


@provokes(*_judged(contract.PLACE_ORDER), cost=4)
@through_stubs()
@in_marketplaces(1, having="place_order")
def test_stubs_of_payment(driver: CheckoutDriver, market: str) -> None:
    _ask(driver, market, contract.PLACE_ORDER)
