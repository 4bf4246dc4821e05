"""`pytest suites --alluredir DIR`: what allure-pytest writes of a test, with its requirements and its requests.

Each result gets feature, stories, severity, links to the requirements in the report, and a step for each request with the
exchange attached. Whatever is written is without secrets.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import allure
import allure_commons
import pytest
from allure_commons.model2 import ExecutableItem, StatusDetails, TestResult
from allure_commons.types import AttachmentType

from conformance.core import contract
from conformance.core.exchange import Exchange
from conformance.driver.marks import mark_args
from reports.formats.allure_model import exchange_text, exchange_title, labels, link

if TYPE_CHECKING:
    from conformance.runner.run import Run


class Masking:
    """Takes secrets out of each result before allure-python-commons writes it."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        self._redact = redact

    @allure_commons.hookimpl(tryfirst=True)
    def report_result(self, result: TestResult) -> None:
        """Messages, traces and parameters of the result and of its steps."""
        self._clean(result)

    def _clean(self, item: ExecutableItem) -> None:
        details: StatusDetails | None = item.statusDetails
        if details is not None:
            details.message = self._redact(details.message or "")
            details.trace = self._redact(details.trace or "")
        for parameter in item.parameters:
            parameter.value = self._redact(str(parameter.value))
        for step in item.steps:
            self._clean(step)


class AllureTests:
    """A pytest plug-in beside allure-pytest: labels and links before a test, a step for each request after it."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Around a test, whether it fails or not."""
        describe_test(item, self._run.settings.report)
        trace = self._run.running.trace
        before = len(trace.exchanges)
        try:
            return (yield)
        finally:
            assert self._run.target
            for exchange in trace.exchanges[before:]:
                attach(exchange, self._run.target.secrets.out_of_json)


def enable_allure(config: pytest.Config, run: Run) -> None:
    """Adds to what allure-pytest writes of this run."""
    config.option.attach_capture = False  # captured output is not looked through for secrets
    masking = Masking(run.redact)
    allure_commons.plugin_manager.register(masking)
    config.add_cleanup(lambda: allure_commons.plugin_manager.unregister(masking))
    config.pluginmanager.register(AllureTests(run), "conformance_allure")


def describe_test(item: pytest.Item, report: Path) -> None:
    """Labels and links of a running test. report: the folder of the run's report."""
    chapter = Path(item.nodeid.split("::")[0]).parent.name
    known = [contract.requirements()[requirement] for requirement in mark_args(item, "provokes")]
    for label in labels(chapter, [(requirement.id, requirement.level) for requirement in known]):
        allure.dynamic.label(label.name, label.value)  # type: ignore[no-untyped-call]
    page = os.path.relpath(report / "report.html", item.config.option.allure_report_dir)
    for requirement in known:
        there = link(requirement.id, page)
        allure.dynamic.link(there.url, there.type, there.name)  # type: ignore[no-untyped-call]
    if known:
        text = "\n".join(f"- {requirement.id}: {requirement.title}" for requirement in known)
        allure.dynamic.description(text)  # type: ignore[no-untyped-call]


def attach(exchange: Exchange, redact_json: Callable[[str], str]) -> None:
    """A request as a step, its exchange attached."""
    record: dict[str, Any] = json.loads(redact_json(json.dumps(exchange.record(), default=str)))
    with allure.step(f"{exchange_title(record)} ({record['ms']:.0f} ms)"):
        allure.attach(exchange_text(record), exchange_title(record), AttachmentType.JSON)
