"""The words of a command line that are no options: each has to name a test of the suites."""

from __future__ import annotations

import re
from pathlib import Path

from conformance.core import contract, places
from conformance.core.inputs import SHOWN, InputError
from conformance.core.profile import TARGETS

SUITES = places.ROOT / "suites"
RECORDINGS = (".har", ".jsonl", ".har.gz", ".jsonl.gz")


def lies_in_suites(word: str, base: Path) -> bool:
    """Whether a word is a path to the suites or into them."""
    place = (base / word.partition("::")[0]).resolve()
    return SUITES in (place, *place.parents)


def check_named_tests(words: list[str], base: Path) -> None:
    """Raises InputError for the first word that names no test. base: the folder that relative paths start from."""
    for word in words:
        path, _, function = word.partition("::")
        shown = repr(word[:SHOWN])
        if not lies_in_suites(word, base) or not (base / path).exists():
            raise InputError(_meant(word, shown))
        if not _holds_tests(base / path, function.rpartition("::")[2].partition("[")[0]):
            raise InputError(f"{shown} is no test of the suites: name a folder, a file or a function that is one.")


def _holds_tests(place: Path, function: str) -> bool:
    """Whether a file or a folder holds tests. function: the one that is wanted, '' for any."""
    if place.is_dir():
        return not function and any(place.rglob("test_*.py"))
    is_test = place.match("test_*.py")
    return is_test and (not function or bool(re.search(rf"(?m)^def {re.escape(function)}\(", place.read_text("utf-8"))))


def _meant(word: str, shown: str) -> str:
    """What somebody may have meant by a word. No URL is repeated, since it may hold a password."""
    if "://" in word:
        return "A URL is no test of the suites: did you mean --base-url URL?"
    if word.endswith(".toml"):
        return f"{shown} is a profile and no test of the suites: did you mean --target {word[:SHOWN]}?"
    if word.endswith(RECORDINGS):
        return f"{shown} is a recording and no test of the suites: did you mean --recording {word[:SHOWN]}?"
    if (TARGETS / f"{word}.toml").is_file():
        return f"{shown} is a profile in targets/ and no test of the suites: did you mean --target {word}?"
    if word in contract.requirements():
        return f"{shown} is a requirement and no test of the suites: did you mean --requirement {word}?"
    return f"{shown} is neither an option nor a test of the suites: take the word out."
