"""The pytest plug-in: options, one mock for all processes, a driver for each test, the merge at the end.

It is idle unless tests of `suites/` are run. Exit status as in docs/verdict.md.
"""

from __future__ import annotations

import gc
import random
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from conformance.client.api_client import BudgetSpent, RunStopped
from conformance.core.command_line import WRONG_INPUT
from conformance.core.inputs import InputError
from conformance.core.profile import Profile
from conformance.core.profile_reader import load
from conformance.core.unjudged import Unjudged, UnjudgedReason
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import mark_args, rounds
from conformance.driver.prerequisite import failed_prerequisite
from conformance.evidence.verdict import DEFECT, INTERRUPTED
from conformance.runner.first_requests import send_first_requests
from conformance.runner.planning.named_tests import SUITES, check_named_tests, lies_in_suites
from conformance.runner.process_summary import RunState
from conformance.runner.processes import choose_processes
from conformance.runner.progress import where
from conformance.runner.run import Run
from conformance.runner.settings import Settings, add_options, has_workers
from conformance.runner.system.output import keep_output
from conformance.runner.system.signals import children_apart, end_as_ctrl_c

if TYPE_CHECKING:
    from conformance.recordings.files import Contents

RUN = pytest.StashKey[Run]()
SESSION = pytest.StashKey[pytest.Session]()
CLOSED = pytest.StashKey[bool]()  # standard output was closed from the start


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance", "conformance of a guest checkout server")
    add_options(group.addoption)


def _wanted(config: pytest.Config) -> bool:
    """Whether this session judges a target: some argument lies in suites/."""
    return any(lies_in_suites(str(word), config.invocation_params.dir) for word in config.args)


def _narrowed(config: pytest.Config) -> bool:
    """Whether pytest's own options leave tests out."""
    option, base = config.option, config.invocation_params.dir
    chosen = (option.keyword, option.markexpr, option.deselect, option.ignore, option.ignore_glob)
    again = getattr(option, "lf", False) or getattr(option, "stepwise", False)
    return any(chosen) or again or all((base / str(place)).resolve() != SUITES for place in config.args)


def _part(config: pytest.Config, settings: Settings) -> list[str]:
    """A note where files or folders alone were asked for, and nothing that says which requirements count."""
    base = config.invocation_params.dir
    inside = [place for place in config.args if (base / str(place)).resolve() != SUITES]
    if settings.requirements or settings.recording or len(inside) < len(config.args):
        return []
    return [f"A part of the tests: {', '.join(map(str, inside))} alone. What no test asked for is unjudged (status 6)."]


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Says by how many processes the target is judged, where nobody else does."""
    if not hasattr(config, "workerinput") and _wanted(config):  # a worker has no workers of its own
        config.stash[CLOSED] = keep_output()
        choose_processes(config)


def _profile(settings: Settings) -> tuple[Profile, Contents | None]:
    """The profile, and what the recordings hold: one that cannot be read is wrong input before the run begins."""
    if not settings.recording:
        return load(settings.target, settings.base_url), None
    from conformance.recordings.files import read
    from conformance.runner.recording import bare_profile

    contents = read(settings.recording)
    if settings.target == "recording":
        return bare_profile(settings.recording, contents), contents
    return load(settings.target, settings.base_url, offline=True), contents


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "provokes(*ids, cost): the requirements that a test sends requests for")
    config.addinivalue_line("markers", "in_marketplaces(count, having, only): the marketplaces that a test runs in")
    config.addinivalue_line("markers", "for_each_session_plan(): the test runs once for each row of the covering array")
    config.addinivalue_line("markers", "in_situations(wanted, having): the situations that a test runs in, and where")
    config.addinivalue_line("markers", "through_stubs(): the test asks by negative-testing strings")
    config.addinivalue_line("markers", "again(): the test draws what it sends; `--depth N` runs it N times")
    config.addinivalue_line("markers", "reads_only(): the test changes nothing")
    if not _wanted(config):
        return
    worker = getattr(config, "workerinput", None)
    try:
        check_named_tests([str(word) for word in config.args], config.invocation_params.dir)
        settings = Settings.of(config, worker)
        config.option.seed, config.option.depth = settings.seed, settings.depth  # as numbers, for conftest files
        sends = not config.option.plan and not config.option.collectonly
        profile, contents = _profile(settings)
        run = Run(settings, profile, sends=sends, ending=RunState(narrowed=_narrowed(config)))
        run.contents = contents if worker is None else None
        if worker is None and sends:
            run.notes += _part(config, settings)
        config.stash[RUN] = run
        if run.profile.payment.kind == "manual" and (worker is not None or has_workers(config.option)):
            raise InputError('A person pays beside one process: leave out -n where payment.kind is "manual".')
    except InputError as error:
        raise pytest.UsageError(str(error)) from None
    gc.set_threshold(100_000, 50, 100)  # exchanges are kept for their trace: little to collect, so seldom looked for
    config.option.showlocals = False  # values in a report of a crash may be cut off, secrets among them
    if worker is None and not config.option.collectonly:
        from conformance.runner.progress import replace_terminal

        replace_terminal(config)
    if sends and getattr(config.option, "allure_report_dir", None):
        from conformance.runner.allure import enable_allure  # late: few runs ask for it

        enable_allure(config, run)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> Generator[None, None, None]:
    run = session.config.stash.get(RUN, None)
    session.config.stash[SESSION] = session
    if run is None or not run.sends:
        return (yield)
    if hasattr(session.config, "workerinput"):
        run.start_worker(session.config.workerinput)
        return (yield)
    session.config.add_cleanup(end_as_ctrl_c())
    try:
        run.start_controller()
        send_first_requests(run)
        with children_apart():  # xdist starts its workers
            return (yield)
    except KeyboardInterrupt:
        # pytest ends no session that has not begun, but there is a report from the first request on.
        if workers := session.config.pluginmanager.getplugin("dsession"):
            workers.pytest_sessionfinish()
        if run.finish_controller(interrupted=True) == WRONG_INPUT:
            print("\nThe run was interrupted before its first request; there is no report of it.")
        raise


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: Sequence[str]) -> None:
    """xdist: what the workers are to run."""
    run = node.config.stash.get(RUN, None)
    if run:
        run.selection.collected |= set(ids)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist: what a worker needs of the controller."""
    run = node.config.stash.get(RUN, None)
    if run:
        node.workerinput.update(run.for_worker())


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """A recording is judged without a test, and a target that was given up already is asked by none."""
    run = config.stash.get(RUN, None)
    return True if run and (run.settings.recording or run.ending.stopped) else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    run = metafunc.config.stash.get(RUN, None)
    if run is None or "market" not in metafunc.fixturenames:
        return
    if metafunc.definition.get_closest_marker("for_each_session_plan"):
        return  # suites/situations/conftest.py makes these
    nodeid = metafunc.definition.nodeid
    if mark := metafunc.definition.get_closest_marker("in_situations"):
        pairs = [
            (market, name)
            for name, count in mark.args[0].items()
            for market in run.selection.marketplaces(
                f"{nodeid}/{name}" if count else nodeid, count, mark.kwargs["having"]
            )
        ]
        metafunc.parametrize("market, situation", pairs, ids=[f"{market}-{name}" for market, name in pairs])
        return
    mark = metafunc.definition.get_closest_marker("in_marketplaces")
    count = mark.args[0] if mark and mark.args else None
    having, only = (mark.kwargs["having"], mark.kwargs["only"]) if mark else (None, None)
    names = run.selection.marketplaces(nodeid, count, having, only)
    if names and metafunc.definition.get_closest_marker("again"):
        values, ids = rounds(names, run.settings.depth)
        metafunc.parametrize("market", values, ids=ids)
        return
    metafunc.parametrize(
        "market",
        names or [pytest.param("", marks=pytest.mark.skip(reason=f"not offered: {having or only or 'a marketplace'}"))],
        ids=names or ["none"],
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    run = config.stash.get(RUN, None)
    if run is None:
        return
    kept, gone = run.selection.select(items)
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = kept
    run.selection.collected |= {item.nodeid for item in kept}
    if config.option.plan:
        from conformance.runner.planning.plan import print_plan

        keep_output()  # pytest's capturing has put the first stream back
        print_plan(run, kept)
        items[:] = []


def pytest_collection_finish(session: pytest.Session) -> None:
    """Takes what is loaded by now out of the garbage collections between the tests: it stays to the end."""
    if RUN in session.config.stash:
        gc.collect()
        gc.freeze()


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Tests that pytest's own options leave out are not waited for."""
    run = items[0].config.stash.get(RUN, None) if items else None
    if run:
        run.selection.collected -= {item.nodeid for item in items}


@pytest.fixture
def driver(request: pytest.FixtureRequest) -> Generator[CheckoutDriver, None, None]:
    """The driver of one test: everything that it sends is recorded and judged."""
    run = request.config.stash[RUN]
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def tell(text: str) -> None:
        with capture.global_and_fixture_disabled():
            print(f"\n{text}", flush=True)

    if capture:
        run.pay_page.tell = tell
    if not run.selection.reserve(request.node):
        run.ending.budget_spent = True
        pytest.skip("the budget has no room for it")
    random.seed(f"{run.settings.seed}/{request.node.nodeid}")
    with run.driver_of(request.node) as opened:
        before = len(opened.trace.exchanges)
        yield opened
        request.node.user_properties.append(("requests", len(opened.trace.exchanges) - before))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    run = item.config.stash.get(RUN, None)
    if run is None:
        return (yield)
    try:
        result = yield
    except RunStopped as stopped:
        if isinstance(stopped, BudgetSpent):
            run.ending.budget_spent = True
        else:
            run.ending.stopped = str(stopped)
            reason = Unjudged(UnjudgedReason.RUN_ENDED, detail=str(stopped))
            run.running.skipped = reason  # so that --resume asks again
        item.session.shouldstop = str(stopped)
        pytest.skip(str(stopped))
    except Exception as error:
        # a test may count on what a broken answer lacks; without a breach it is a defect of the test
        excuse = failed_prerequisite(error) or run.running.excuse()
        if excuse is None:
            raise
        run.running.skipped = excuse
        pytest.skip(excuse.sentence)
    if rule_errors := run.running.rule_errors():
        pytest.fail(f"defect: {rule_errors[0]}", pytrace=False)
    if found := run.running.breached(run.settings.until_found):
        run.ending.found_breach = found
        item.session.shouldstop = f"{found} is breached"
    broken = run.running.breaches(filter(run.fails_a_test, mark_args(item, "provokes")))
    if broken:
        pytest.fail(f"breach: {broken}", pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """No report of a test, whoever writes it down, holds a secret; an exception of our own shows its place alone."""
    report = yield
    run = item.config.stash.get(RUN, None)
    if report.failed and call.excinfo and not isinstance(call.excinfo.value, pytest.fail.Exception):
        report.user_properties.append(("defect", where(call.excinfo.value)))
    if run and not report.passed:
        shown = report.longrepr
        if isinstance(shown, tuple):
            report.longrepr = (shown[0], shown[1], run.redact(shown[2]))
        elif shown is not None:
            report.longrepr = run.redact(str(shown))
    if run and report.sections:
        report.sections = [(name, run.redact(text)) for name, text in report.sections]
    return report


def _missing(collected: set[str], reported: set[str]) -> str | None:
    """Tests that did not come to their end, with a worker that died, leave the run incomplete."""
    lost = sorted(collected - reported)
    return f"{len(lost)} of {len(collected)} tests did not come to their end, {lost[0]} first." if lost else None


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    run = session.config.stash.get(RUN, None)
    if run is None:
        return
    if hasattr(session.config, "workerinput"):
        run.finish_worker()
        return
    if not run.sends:
        session.exitstatus = exitstatus if exitstatus != pytest.ExitCode.NO_TESTS_COLLECTED else 0
        return
    if run.settings.recording and exitstatus != pytest.ExitCode.INTERRUPTED:
        from conformance.runner.recording import judge_recording

        judge_recording(run)
    keep_output()  # pytest's capturing has put the first stream back
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    run.ending.defects += [run.redact(defect) for defect in getattr(reporter, "defects", [])]
    ended_early = run.ending.budget_spent or run.note_end_at_breach() or run.note_end_at_failures(session.testsfailed)
    interrupted = exitstatus == pytest.ExitCode.INTERRUPTED and not ended_early
    if not interrupted and run.ending.stopped is None and not ended_early:
        run.ending.stopped = _missing(run.selection.collected, getattr(reporter, "reported", run.selection.collected))
    try:
        session.exitstatus = run.finish_controller(interrupted)
    except KeyboardInterrupt:
        print("\nThe run was interrupted while it ended; there is no report of it.")
        session.exitstatus = INTERRUPTED
    except Exception as error:
        print(f"\nThe suite itself has a defect, and there is no report: {where(error)}.")
        session.exitstatus = DEFECT


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    run = config.stash.get(RUN, None)
    if run:
        run.close()
    if config.stash.get(CLOSED, False) and SESSION in config.stash:
        raise SystemExit(int(config.stash[SESSION].exitstatus))  # pytest would flush what is closed, and fail
