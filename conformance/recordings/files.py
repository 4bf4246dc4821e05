"""Finds the entries in files of recordings: by what is in them, not by their names. Nothing is sent.

A file is JSON (a HAR), lines of JSON (our exchanges.jsonl, HAR entries of a gateway's log, events of Schemathesis), YAML
(a cassette), any of them packed by gzip, or an archive (zip) of such files with the bodies beside them. A large document is
parsed entry by entry: its bytes stand in memory, its values never all at once.
"""

from __future__ import annotations

import codecs
import itertools
import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from conformance.core.inputs import InputError
from conformance.recordings import cassettes, har
from conformance.recordings.bodies import unpacked
from conformance.recordings.entry import RecordedEntry
from conformance.recordings.har import Attached
from conformance.recordings.own.records import OwnRecord, own_exchange

MOST_BYTES = 2_000_000_000  # of one file, unpacked
LARGE = 1_000_000  # bytes; a smaller document is read as a whole
HEAD = 4_000_000  # so far into a document its entries begin
WINDOW = 1_000_000
ENTRIES = re.compile(rb'(?<!\\)"entries"\s*:\s*\[')
DEEPEST = 4  # members of a collector of logs within each other
DECODER = json.JSONDecoder()
BLANK = re.compile(r"\s*")
BETWEEN = re.compile(r"[\s,]*")
FIRST_BYTES = 65_536
OF_RECORDINGS, OF_BODIES = (".har", ".jsonl", ".ndjson"), (".json", ".yaml", ".yml")  # in an archive
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
FIRST_LINES = 50  # a log of a program may begin with lines of another kind
WRAPPERS = ("log", "@message", "message", "msg")  # where logs of containers and clouds keep the line of a program
OF_ENTRIES = ("request", "response", "startedDateTime")  # a line with one of these was to be a call
DROPPED = re.compile(
    r"\b(drop(s|ped|ping)?|lost|discard\w*|skipp\w*|suppress\w*|omitted|overflow\w*|(queue|buffer) full)\b", re.I
)
Reader = Callable[[Any], RecordedEntry | None]


@dataclass
class Contents:
    """What the files hold. own: exchanges of this suite's reports. odd: entries that could not be read. cut: names of
    files whose last line was cut off. files: how many were read. lossy: those in which a call may have been lost, as in
    `RecordedEntry.source`."""

    entries: list[RecordedEntry] = field(default_factory=list)
    own: list[OwnRecord] = field(default_factory=list)
    odd: int = 0
    cut: list[str] = field(default_factory=list)
    files: int = 0
    lossy: set[int] = field(default_factory=set)

    @property
    def source(self) -> int:
        """The file that is being read, as its entries name it."""
        return self.files if self.files > 1 else 0


def read(paths: Iterable[Path]) -> Contents:
    """Reads recordings. Raises InputError with the sentence that names the file and what is wrong."""
    found = Contents()
    for path in paths:
        try:
            _file(found, path)
        except OSError as error:
            raise InputError(f"{path.name} cannot be read: {error.strerror or error}.") from None
    return found


def _file(found: Contents, path: Path) -> None:
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        raw = _unpacked(raw, path.name)
    if raw[:4] != b"PK\x03\x04":
        folder = path.parent
        if not _take(found, raw, path.name, lambda name: _beside(folder, name)):
            raise _no_recording(path.name)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            _archive(found, archive, path.name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error, lzma.LZMAError):
        raise InputError(f"{path.name} is an archive that cannot be unpacked.") from None


def _archive(found: Contents, archive: zipfile.ZipFile, name: str) -> None:
    members = {info.filename: info for info in archive.infolist() if not info.is_dir()}
    taken, broken = False, None
    for member, info in members.items():
        if PurePosixPath(member).suffix.lower() not in (*OF_RECORDINGS, *OF_BODIES):
            continue
        if info.file_size > MOST_BYTES:
            raise InputError(f"{member} in {name} is larger than {MOST_BYTES:,} bytes.")
        inner = PurePosixPath(member).parent

        def attached(wanted: str, inner: PurePosixPath = inner) -> bytes | None:
            known = members.get(str(inner / wanted)) or members.get(wanted)
            return archive.read(known) if known and known.file_size < MOST_BYTES else None

        try:
            taken |= _take(found, archive.read(info), member, attached)
        except InputError as error:
            if PurePosixPath(member).suffix.lower() not in OF_BODIES:
                raise
            broken = broken or error  # a body that is no JSON, unless the archive holds nothing else
    if not taken:
        raise broken or _no_recording(name)


def _unpacked(raw: bytes, name: str) -> bytes:
    try:
        if _is_binary(unpacked(raw[:FIRST_BYTES], FIRST_BYTES)):
            raise _no_recording(name)  # before gigabytes of it are unpacked
        return unpacked(raw, MOST_BYTES)
    except zlib.error:
        raise InputError(f"{name} is packed by gzip and cannot be unpacked.") from None


def _is_binary(raw: bytes) -> bool:
    """Whether bytes are those of no text."""
    return b"\0" in raw[:FIRST_BYTES] and raw[:2] not in UTF_16


def _beside(folder: Path, name: str) -> bytes | None:
    """A file that a HAR names, only from its own folder."""
    try:
        path = (folder / name).resolve()
        return path.read_bytes() if path.is_relative_to(folder.resolve()) and path.is_file() else None
    except (OSError, ValueError):
        return None


def _no_recording(name: str) -> InputError:
    return InputError(f"{name} is neither a HAR file (log.entries), a cassette nor an exchanges.jsonl.")


def _take(found: Contents, raw: bytes, name: str, attached: Attached) -> bool:
    """Reads one document; False where it is no recording."""
    if _is_binary(raw):
        return False
    if raw[:2] in UTF_16:
        raw = raw.decode("utf-16", "surrogatepass").encode("utf-8", "surrogatepass")
    raw = raw.removeprefix(codecs.BOM_UTF8)
    found.files += 1
    if len(raw) >= LARGE and (_streamed(found, raw, attached) or _lines(found, raw, name, attached, sure=False)):
        return True
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        if _stream(found, raw, text, attached) or _lines(found, raw, name, attached):
            return True
        if text.lstrip()[:1] in ("{", "[") and isinstance(error, json.JSONDecodeError):
            where = f"line {error.lineno}, character {error.colno}"
            raise InputError(f"{name} is no whole JSON, it breaks at {where}: record it again, or repair it.") from None
        if text.lstrip()[:1] in ("", "{", "["):
            return False
        document = _yaml(text)
    return _document(found, document, name, attached)


def _document(found: Contents, document: Any, name: str, attached: Attached) -> bool:
    """Reads a document that is one value: a cassette, a single exchange, a HAR. Raises InputError for half an exchange."""
    if cassettes.is_cassette(document):
        _each(found, cassettes.interactions(document), cassettes.interaction)
        return True
    if isinstance(document, dict):
        if _line(found, document, attached):
            return True
        if "operation" in document:
            raise InputError(f"Line 1 of {name} is no exchange.")
    listed = har.entries_of(document)
    if listed is None:
        return False
    _each(found, listed, lambda raw: har.entry(raw, attached))
    return True


def _streamed(found: Contents, raw: bytes, attached: Attached) -> bool:
    """Reads the entries of a HAR one after the other; False, and nothing read, where the document has another form."""
    before, odd = len(found.entries), found.odd
    document = streamed(raw, lambda raw: _each(found, [raw], lambda part: har.entry(part, attached)))
    if document is not None and har.entries_of(document) == []:
        return True
    del found.entries[before:]
    found.odd = odd
    return False


def _yaml(text: str) -> Any:
    try:
        return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _lines(found: Contents, raw: bytes, name: str, attached: Attached, *, sure: bool = True) -> bool:
    """Lines of JSON. Lines without an exchange are counted, and a last line that is cut off is reported.

    sure: whether the text is known to be no single document.
    """
    first = itertools.islice(lines(raw), FIRST_LINES)
    if not any(documents_in(line) for _, line in first):
        return False
    odd, exchanges, broken, lost = [], 0, False, False
    for number, line in lines(raw):
        documents = documents_in(line)
        taken = [_line(found, document, attached) for document in documents]
        exchanges += sum(taken)
        if not (taken and all(taken)):
            odd.append(number)
            document = documents[0] if documents else _json(line)
            lost |= _is_lost(document, line) or (exchanges > 0 and not documents)
        broken = not documents and line[:1] == "{"
    if not exchanges and not sure:
        return False
    if not exchanges:
        raise InputError(f"Line {odd[0]} of {name} is no exchange.")
    if broken:  # the last one
        odd.pop()
        found.cut.append(name)
    found.odd += len(odd)
    if lost:
        found.lossy.add(found.source)
    return True


def _is_lost(document: Any, line: str) -> bool:
    """Whether a line without a call was to be one, or says that some were dropped; other lines are of something else."""
    if isinstance(document, dict) and any(name in document for name in OF_ENTRIES):
        return True
    return bool(DROPPED.search(line)) or (line[:1] == "{" and _is_cut(document))


def _is_cut(document: Any) -> bool:
    """Whether a line that begins as an object, or the text in it, is none: a logger cuts long ones."""
    texts = [document.get(member) for member in WRAPPERS] if isinstance(document, dict) else []
    return document is None or any(
        isinstance(text, str) and text.lstrip()[:1] == "{" and _json(text) is None for text in texts
    )


def documents_in(text: str) -> list[dict[str, Any]]:
    """The JSON objects of a text, one after the other behind whatever a logger wrote first; [] where anything else follows."""
    found: list[dict[str, Any]] = []
    place = text.find("{")
    try:
        while 0 <= place < len(text):
            document, ended = DECODER.raw_decode(text, place)
            found.append(document)
            place = BLANK.match(text, ended).end()  # type: ignore[union-attr]
    except (ValueError, RecursionError):
        return []
    return found if all(isinstance(document, dict) for document in found) else []


def _stream(found: Contents, raw: bytes, text: str, attached: Attached) -> bool:
    """Reads objects that follow each other without lines of their own; False, and nothing read, where these are none."""
    head = next(lines(raw), (1, ""))[1]
    if head[:1] != "{" or documents_in(head):
        return False
    taken = [_line(found, document, attached) for document in documents_in(text)]
    found.odd += taken.count(False) if any(taken) else 0
    return any(taken)


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _line(found: Contents, document: dict[str, Any], attached: Attached, depth: int = 0) -> bool:
    """One line: an exchange of ours, an entry of a HAR, a whole HAR, an event of Schemathesis, or a log's text of one."""
    for member in WRAPPERS:
        inner = document.get(member)
        if isinstance(inner, str) and inner.lstrip()[:1] == "{" and isinstance(unwrapped := _json(inner), dict):
            return _line(found, unwrapped, attached, depth)
    if "operation" in document:
        if (exchange := own_exchange(document)) is None:
            return False
        found.own.append(OwnRecord(exchange, found.source))
        return True
    if cassettes.is_event(document) and "request" not in document and "log" not in document:
        _each(found, cassettes.events(document), cassettes.interaction)
        return True
    listed = har.entries_of(document)
    if listed is None:
        return depth < DEEPEST and _wrapped(found, document, attached, depth)
    _each(found, listed, lambda raw: har.entry(raw, attached))
    return True


def _wrapped(found: Contents, document: dict[str, Any], attached: Attached, depth: int) -> bool:
    """Reads what a collector of logs put into a member of its own, whatever the name: as a text, an object or a list."""
    parts = [part for value in document.values() for part in (value if isinstance(value, list) else [value])]
    inner = [_json(part) if isinstance(part, str) and part.lstrip()[:1] == "{" else part for part in parts]
    return any([_line(found, part, attached, depth + 1) for part in inner if isinstance(part, dict)])


def _each(found: Contents, listed: Iterable[Any], reader: Reader) -> None:
    left = listed if isinstance(listed, list) else list(listed)
    left.reverse()
    while left:  # what is read is let go: a gateway's log is large
        entry = reader(left.pop())
        if entry is None:
            found.odd += 1
            found.lossy.add(found.source)
        else:
            found.entries.append(replace(entry, source=found.source) if found.source else entry)


# ---------------------------------------------------------------- large documents, entry by entry


def streamed(raw: bytes, take: Callable[[Any], None]) -> Any:
    """The document with an empty list in place of its entries, each of which went to `take`; None where that cannot be."""
    found = ENTRIES.search(raw, 0, HEAD)
    if found is None:
        return None
    decode, read = codecs.getincrementaldecoder("utf-8")().decode, json.JSONDecoder().raw_decode
    text, parsed, place, window = "", 0, found.end(), WINDOW
    try:
        while True:
            parsed = BETWEEN.match(text, parsed).end()  # type: ignore[union-attr]
            if text[parsed : parsed + 1] == "]":
                break
            try:
                value, ended = read(text, parsed)
            except ValueError:
                if place >= len(raw):
                    return None
                text, parsed = (
                    text[parsed:] + decode(raw[place : place + window], place + window >= len(raw)),
                    0,
                )
                place, window = place + window, min(2 * window, 64 * WINDOW)
                continue
            take(value)
            parsed, window = ended, WINDOW
        rest = text[parsed:] + decode(raw[place:], True)
        return json.loads(raw[: found.end()].decode("utf-8") + rest)
    except (ValueError, RecursionError):
        return None


def lines(raw: bytes) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers; a line that is no UTF-8 with the replacement character."""
    for number, found in enumerate(re.finditer(rb"[^\n]*\n?", raw), 1):
        if line := found.group().decode("utf-8", "replace").strip():
            yield number, line
