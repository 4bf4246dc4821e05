"""Pages that commands write: tables of the documentation that are made from the code and its data."""

from __future__ import annotations

from pathlib import Path


def between(page: Path, begin: str, end: str, text: str) -> str:
    """The page with this text between the two markers. Raises ValueError if the markers are not there."""
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"{page} has no {begin} … {end}")
    return f"{before}{begin}\n\n{text}\n\n{end}{after}"


def write(page: Path, text: str) -> int:
    """Writes the page and says where; the exit status of a command that does only that."""
    page.write_text(text, encoding="utf-8", newline="\n")
    print(page)
    return 0
