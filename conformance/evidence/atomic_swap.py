"""A report appears in its folder whole or not at all, whatever else writes there at the same time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

RESULT = "result.json"
FOLDERS = ("scripts", "allure-results")
VIEWS = ("report.html", "junit.xml", "ctrf.json", "badge.json", "badge.svg", "summary.md")


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
    (folder / RESULT).unlink(missing_ok=True)
    given = {path.name for path in draft.iterdir()}
    for name in {*FOLDERS, *VIEWS} - given:
        _remove(folder / name)
    for name in sorted(given - {RESULT}):
        if (draft / name).is_dir():
            _remove(folder / name)
        (draft / name).replace(folder / name)
    (draft / RESULT).replace(folder / RESULT)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


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
