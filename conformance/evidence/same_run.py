"""Whether reports are parts of one run: of one target, address, contract, seed, level and scope."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.core.inputs import InputError
from conformance.core.profile_reader import loopback
from conformance.evidence.atomic_swap import RESULT
from conformance.evidence.result import FORMAT
from conformance.evidence.run_metadata import RunMetadata
from reports.documents import departure, read_json


def read_result(folder: Path) -> dict[str, Any]:
    """The result.json of a report of this version. Raises InputError."""
    try:
        result = read_json((folder / RESULT).read_text(encoding="utf-8"))
        version = result["format"]
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"{folder} holds no report of a run.") from None
    if version != FORMAT:
        raise InputError(f"{folder} holds a report of another version of the suite.")
    if unlike := departure(result, "result"):
        raise InputError(f"{folder} holds a {RESULT} that is no report of a run: {unlike.rstrip('.')}.")
    found: dict[str, Any] = result
    return found


def address_of(base_url: str) -> tuple[str, str, int | None, str]:
    """The address of a target. A server of this machine may have another port in each run."""
    parts = urlsplit(base_url)
    port = None if loopback(base_url) else parts.port
    return parts.scheme, parts.hostname or "", port, parts.path.rstrip("/")


def difference(result: dict[str, Any], other: dict[str, Any]) -> str | None:
    """In what two results are no parts of one run, for a sentence; None if they can be."""
    if result["target"]["name"] != other["target"]["name"]:
        return f"targets ({result['target']['name']} and {other['target']['name']})"
    addresses = [document["target"]["base_url"] for document in (result, other)]
    if address_of(addresses[0]) != address_of(addresses[1]):
        return f"addresses ({addresses[0]} and {addresses[1]})"
    for name, words in (("seed", "seeds"), ("level", "levels"), ("scope", "scopes")):
        if result[name] != other[name]:
            return f"{words} ({result[name]} and {other[name]})"
    if result["suite"]["contract"] != other["suite"]["contract"]:
        return "contracts"
    return None


def check_resumed(folder: Path, metadata: RunMetadata) -> None:
    """Raises InputError if the run cannot go on with the report in `folder`."""
    earlier = read_result(folder)
    now = {
        "target": metadata.target,
        "seed": metadata.seed,
        "level": metadata.level,
        "scope": earlier["scope"],  # a run under a budget is resumed by a larger one
        "suite": {"contract": metadata.contract},
    }
    if unlike := difference(earlier, now):
        raise InputError(f"--resume cannot go on with {folder}: the two runs have different {unlike}.")
