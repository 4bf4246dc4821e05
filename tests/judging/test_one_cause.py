"""One defect of a server is one finding: what breaks many rules alike is reported under the rule that it has in common."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.core import contract
from conformance.core.exchange import Request
from conformance.evidence import journal
from conformance.evidence.aggregate import merge
from tests.doubles.reference_server import ReferenceShop
from tests.doubles.scripted_session import visit

MUSTS = {name for name, requirement in contract.requirements().items() if requirement.level == "MUST"}


class Refuses(ReferenceShop):
    """Every refusal has this status, or those with an id alone."""

    def __init__(self, status: int, only: int | None = None) -> None:
        super().__init__()
        self.status, self.only = status, only

    def answer(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        status, body, headers = super().answer(request)
        chosen = status >= 400 and self.only in (None, body["errors"][0]["errorId"])
        return (self.status if chosen else status), body, headers


def found(target: Any) -> set[str]:
    merged = merge([journal.summary(visit(target), 0)])
    return {finding.requirement for finding in merged.findings.values()} & MUSTS


@pytest.mark.parametrize("status", [200, 203, 302, 422])
def test_refusals_with_a_status_of_no_refusal_are_one_finding(status: int) -> None:
    assert found(Refuses(status)) == {"SESSION-DOCUMENTED"}


def test_the_refusals_of_one_rule_are_its_own_finding() -> None:
    assert found(Refuses(422, only=15011)) == {"LINES-MAX"}


def test_a_documented_status_of_another_refusal_is_each_rule_s_own() -> None:
    assert "SESSION-DOCUMENTED" not in found(Refuses(409))
