"""The made-up rules of docs/rule.md are added to a copy by the page alone, and get their attribution: no code is touched."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("conformance", "contracts", "mock_server", "reports", "strategies", "suites", "targets", "tests/doubles")
JUDGE = '''
import json
from typing import Any

from conformance.core import contract
from conformance.core.exchange import Request
from conformance.driver.checkout import CheckoutDriver
from conformance.judging.load_rules import load_rules
from conformance.judging.trace import Trace
from tests.doubles.reference_server import ReferenceShop, Refusal
from tests.doubles.scripted_session import session_of


class Thirteen(ReferenceShop):
    """Refuses thirteen pieces, as the made-up rule demands."""

    def set_quantity(self, session: Any, line: list[Any], body: dict[str, Any]) -> None:
        if body["quantity"] == 13:
            self.before_refusing(line)
            raise Refusal(15012)
        super().set_quantity(session, line, body)

    def before_refusing(self, line: list[Any]) -> None:
        """Nothing: a refusal changes nothing."""


class TakesThirteen(ReferenceShop):
    """Knows nothing of the made-up rule."""


class SetsThirteen(Thirteen):
    """Refuses thirteen pieces, and sets them."""

    def before_refusing(self, line: list[Any]) -> None:
        line[2] = 13


class CutsTitles(Thirteen):
    """The answer of a change of quantity has shorter titles."""

    def handle(self, request: Request) -> dict[str, Any]:
        body = super().handle(request)
        if request.operation == contract.QUANTITY:
            body["lineItems"] = [{**line, "title": line["title"][:5]} for line in body["lineItems"]]
        return body


def broken(target: ReferenceShop) -> list[str]:
    load_rules()
    trace = Trace("made up")
    cart = session_of(CheckoutDriver(target, trace))
    line = {"lineItemId": cart.lines[0].id, "quantity": 13}
    cart.send(contract.QUANTITY, line, "QTY-THIRTEEN")
    cart.read()
    cart.set_quantity(cart.lines[0], 3, "LINES-TITLE")
    return sorted({judgment.requirement for judgment in trace.judgments if not judgment.ok})


found = {double.__name__: broken(double()) for double in (Thirteen, TakesThirteen, SetsThirteen, CutsTitles)}
print(json.dumps(found))
'''


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the judge of a copy with the page's rules says of each double."""
    copy = tmp_path_factory.mktemp("copy")
    for folder in COPIED:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    page = (ROOT / "docs" / "rule.md").read_text(encoding="utf-8")
    sentences = [block for block in re.findall(r"```yaml\n(.*?)```", page, re.S) if "  - id: " in block]
    rules = [
        block for block in re.findall(r"```python\n(.*?)```", page, re.S) if re.match(r"@(demands|refuses)", block)
    ]
    assert len(sentences) == len(rules) == 2
    for path, blocks in (
        ("contracts/requirements/line_items.yaml", sentences),
        ("suites/line_items/rules.py", rules),
    ):
        with open(copy / path, "a", encoding="utf-8") as file:
            file.write("\n" + "\n\n".join(blocks))
    command = [sys.executable, "-c", JUDGE]
    ended = subprocess.run(
        command, cwd=copy, env={"PYTHONPATH": str(copy)}, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    said: dict[str, list[str]] = json.loads(ended.stdout)
    return said


@pytest.mark.parametrize(
    ("double", "broken"),
    [
        ("Thirteen", []),
        ("TakesThirteen", ["QTY-THIRTEEN"]),
        ("SetsThirteen", ["QTY-THIRTEEN"]),  # seen by the next read alone
        ("CutsTitles", ["LINES-TITLE"]),
    ],
)
def test_a_breach_belongs_to_the_made_up_rule(found: dict[str, list[str]], double: str, broken: list[str]) -> None:
    assert found[double] == broken
