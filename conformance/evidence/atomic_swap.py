"""A report appears in its folder whole or not at all, whatever else writes there at the same time.

Only what a report wrote is ever removed or replaced: each one leaves a manifest of its files for the next.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from secrets import token_hex

from conformance.core.inputs import InputError

RESULT, MANIFEST = "result.json", "manifest.json"
FILES = (
    RESULT,
    MANIFEST,
    "exchanges.jsonl",
    "traces.jsonl",
    "report.html",
    "junit.xml",
    "ctrf.json",
    "badge.json",
    "badge.svg",
    "summary.md",
)
BESIDE = {  # what other commands of this project put beside a report
    "allure",
    "allure-results",
    "compare.html",
    "compare.md",
    "drift.md",
    "flakes.json",
    "history.jsonl",
    "kill-matrix.json",
    "soak.json",
    "trend.html",
}


def check_folder(folder: Path) -> None:
    """Raises InputError where a file stands in the folder's place, or it holds something and no report: somebody's own."""
    taken = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    if taken.exists() and not taken.is_dir():
        raise InputError(f"The report folder {folder} cannot be made: {taken} is a file.")
    if not folder.is_dir() or _is_report(folder):
        return
    try:
        foreign = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise InputError(
            f"The report folder {folder} cannot be read: {(error.strerror or 'no reason given').lower()}."
        ) from None
    if foreign := [name for name in foreign if name not in BESIDE]:
        raise InputError(
            f"The report folder {folder} holds {foreign[0]} and no report: name a folder that is empty, new or a report's."
        )


def _is_report(folder: Path) -> bool:
    return bool(_manifest(folder)) or _object(folder / RESULT).keys() >= {"format", "verdict", "requirements"}


def _object(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _manifest(folder: Path) -> set[str]:
    """The files that the earlier report wrote, as paths below the folder."""
    listed = _object(folder / MANIFEST).get("files")
    names = [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []
    return {name for name in names if not PurePosixPath(name).is_absolute() and ".." not in PurePosixPath(name).parts}


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """A new folder beside the report's files; what is in it at the end takes their place. Raises OSError.

    An exception leaves the earlier report as it was.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".new-{token_hex(6)}"
    draft.mkdir()
    try:
        yield draft
        with _alone(folder):
            _swap(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _swap(draft: Path, folder: Path) -> None:
    """result.json goes first and comes last: a folder without one holds no report."""
    owned = _manifest(folder) | set(FILES)
    given = {path.relative_to(draft).as_posix() for path in draft.rglob("*") if path.is_file()} | {MANIFEST}
    given -= {name for name in given - owned if (folder / name).exists()}  # somebody else's stays
    (draft / MANIFEST).write_text(json.dumps({"format": 1, "files": sorted(given)}, indent=1) + "\n", encoding="utf-8")
    (folder / RESULT).unlink(missing_ok=True)
    for name in owned - given:
        with suppress(OSError):  # a folder of that name is somebody's own
            (folder / name).unlink(missing_ok=True)
    for parent in sorted({(folder / name).parent for name in owned - given} - {folder}, reverse=True):
        with suppress(OSError):  # not empty
            parent.rmdir()
    for name in [*sorted(given - {RESULT}), *({RESULT} & given)]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (draft / name).replace(folder / name)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No other run swaps its report into the folder meanwhile, where the system can tell."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
