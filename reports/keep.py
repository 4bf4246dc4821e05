"""A run made small enough to be kept beside documentation: every view, and the exchanges that findings name."""

from __future__ import annotations

import shutil
from pathlib import Path

from reports.documents import UnfitFile
from reports.formats.allure import remove_ours
from reports.run import findings, read_result, stream
from reports.text import clean

VIEWS = ("result.json", "report.html", "junit.xml", "ctrf.json", "badge.json", "badge.svg", "summary.md")


def keep(run: Path, folder: Path) -> int:
    """Copy the run in `run` to `folder`, in place of what was kept there; the number of exchanges kept.

    Raises UnfitFile or OSError where `run` holds no result, or `folder` holds what was not kept there.
    """
    _check(run, folder)
    wanted = {name for found in findings(read_result(run)) for name in found["exchanges"]}
    folder.mkdir(parents=True, exist_ok=True)
    for name in _scripts(folder):
        (folder / name).unlink(missing_ok=True)
    for name in VIEWS:
        if (run / name).is_file():
            shutil.copyfile(run / name, folder / name)
    remove_ours(folder / "allure-results")
    for name in ("scripts", "allure-results"):
        if (run / name).is_dir():
            shutil.copytree(run / name, folder / name, dirs_exist_ok=True)
    kept = 0
    source, target = run / "exchanges.jsonl", folder / "exchanges.jsonl"
    with target.open("wb") as out:
        if source.is_file():
            with source.open("rb") as lines:
                for line, exchange in zip(lines, stream(run), strict=False):
                    if not isinstance(exchange, str) and clean(exchange["id"]) in wanted:
                        out.write(line)
                        kept += 1
    return kept


def _check(run: Path, folder: Path) -> None:
    if folder.resolve() == run.resolve():
        raise UnfitFile(f"{folder} is the run itself: name another folder for what is kept")
    written = (*VIEWS, "exchanges.jsonl", "scripts", "allure-results")
    foreign = next((name for name in written if (folder / name).exists()), None)
    if foreign is None:
        return
    try:
        read_result(folder)
    except (OSError, ValueError):
        raise UnfitFile(
            f"{folder} holds {foreign} and no run that was kept: name a folder that is empty, new or a kept run's"
        ) from None


def _scripts(folder: Path) -> set[str]:
    """The scripts of the copy that was kept here before."""
    try:
        named = {found["script"] for found in findings(read_result(folder))}
    except (OSError, ValueError):
        return set()
    return {name for name in named if name and ".." not in Path(name).parts and not Path(name).is_absolute()}
