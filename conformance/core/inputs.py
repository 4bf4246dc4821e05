"""Inputs from outside: texts, numbers, URLs and files, each read by one function before the first request.

Whatever is wrong becomes an InputError: one sentence that names the input and says what to write. The sentence repeats
no value that may hold a secret.
"""

from __future__ import annotations

import codecs
import os
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HOST = re.compile(r"\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%-]+")
PATH = re.compile(r"(/[!-~]*)?")
# What the suite appends to a base URL, wherever somebody cut it off.
OWN_PATH = re.compile(
    r"(?:/buy)?/order/v[12](?:/guest_(?:checkout_session|purchase_order)(?:/.*)?)?"
    r"|/guest_(?:checkout_session|purchase_order)(?:/.*)?"
    r"|/identity/v1/oauth2(?:/token)?"
)
VISIBLE = re.compile(r"[ -~]+")
LONGEST_LABEL, LONGEST_HOST = 63, 253  # of a name in the DNS
SHOWN = 80  # characters of a wrong value that a sentence repeats
ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class InputError(Exception):
    """The input cannot be used; the message is one sentence that says what to change."""


def nearest(word: str, known: Iterable[str]) -> str:
    """A question that ends in a blank, such as "Did you mean --budget? "; '' where nothing known is like the word."""
    from difflib import get_close_matches  # late: only wrong input needs it

    found = get_close_matches(word, list(known), n=1)
    return f"Did you mean {found[0]}? " if found else ""


def checked_url(value: str, name: str) -> str:
    """An http or https URL without a slash at its end: host, port, a path; blanks around it are taken off.

    Raises InputError, which repeats the URL only where nothing in it can be a password.
    """
    text = value.strip()
    if not text:
        raise InputError(f"{name} is empty: write an http or https URL such as http://127.0.0.1:8080.")
    shown = repr(text[:SHOWN]) if not set("@?#") & set(text) else "no URL of a server"
    try:
        parts = urlsplit(text)
        host, _, user = parts.hostname, parts.port, parts.username
    except ValueError:
        raise InputError(f"{name} is {shown}: its host or port is none (ports go from 0 to 65535).") from None
    if user is not None or "@" in parts.netloc:
        raise InputError(f"{name} has a user name or password in it: take them out, they are not sent.")
    if parts.scheme not in ("http", "https") or not host:
        raise InputError(f"{name} is {shown}: write an http or https URL such as http://127.0.0.1:8080.")
    if parts.netloc.endswith(":") or parts.port == 0:
        raise InputError(f"{name} is {shown}: write a port from 1 to 65535 after the colon, or leave both out.")
    if not HOST.fullmatch(parts.netloc.removesuffix(f":{parts.port}")):
        raise InputError(
            f"{name} is {shown}: its host has characters that no host has; write an international name as xn--…."
        )
    if "?" in text or "#" in text:  # which may hold a token
        raise InputError(f"{name} has a query or a fragment: leave out what follows the path.")
    if why := _no_host(host):
        raise InputError(f"{name} is {shown}: its host {host[:SHOWN]!r} {why}.")
    if not PATH.fullmatch(text[len(f"{parts.scheme}://{parts.netloc}") :]):
        raise InputError(f"{name} is {shown}: write blanks and letters such as ü in its path percent-encoded.")
    return text.rstrip("/")


def checked_base_url(value: str, name: str) -> str:
    """A URL of which nothing is the API's own: the suite appends `/buy/order/v2/…`. Raises InputError."""
    url = checked_url(value, name)
    path = urlsplit(url).path.rstrip("/")
    starts = (match.start() for match in re.finditer("/", path))
    own = next((path[start:] for start in starts if OWN_PATH.fullmatch(path, start)), None)
    if own:
        raise InputError(f"{name} ends in {own[:SHOWN]}, which the suite appends itself: leave that out.")
    return url


def _no_host(host: str) -> str:
    """What keeps a name from being that of a host; '' for a name that may be a host's."""
    labels = host.removesuffix(".").split(".") if ":" not in host else ["address"]
    if not all(labels):
        return "has nothing between two dots"
    if any(len(label) > LONGEST_LABEL for label in labels) or len(host) > LONGEST_HOST:
        return f"has a part of more than {LONGEST_LABEL} letters, or more than {LONGEST_HOST} in all"
    return "has a part that begins or ends with a hyphen" if any(label.strip("-") != label for label in labels) else ""


def checked_secret(value: str, name: str, *, in_header: bool = True) -> str:
    """A secret without the blanks and line breaks around it. in_header: a token or key that a header carries as it is."""
    text = value.strip()
    if not text:
        raise InputError(f"{name} is empty.")
    if not (VISIBLE.fullmatch(text) if in_header else text.isprintable()):
        what = "a letter that is not ASCII" if text.isprintable() else "a line break or a control character"
        raise InputError(f"{name} holds {what}, which cannot be sent.")
    return text


def from_environment(variable: str, name: str, *, in_header: bool = True) -> str:
    """The secret that an environment variable holds."""
    if not os.environ.get(variable, "").strip():
        raise InputError(f"{name} is taken from the environment: set {variable}.")
    return checked_secret(os.environ[variable], f"The variable {variable} ({name})", in_header=in_header)


def environment_words(variable: str, name: str, *, optional: bool = False) -> list[str]:
    """The words that an environment variable holds, with blanks or commas between them."""
    found = os.environ.get(variable, "").replace(",", " ").split()
    if not found and not optional:
        raise InputError(f"{name} is taken from the environment: set {variable}.")
    if not all(map(str.isprintable, found)):
        raise InputError(f"The variable {variable} ({name}) holds a control character, which cannot be sent.")
    return found


def given_text(value: str | None, name: str) -> str | None:
    """A text that was given, None where none was. An empty text is an unset variable of somebody's script."""
    if value is not None and not value.strip():
        raise InputError(f"{name} is empty: give a value, or leave {name} out.")
    return value


def whole_number(given: str | int, name: str, least: int, most: int) -> int:
    """A whole number in ASCII digits, within limits."""
    text = str(given)
    if not re.fullmatch("-?[0-9]{1,18}", text.strip()) or not least <= int(text) <= most:
        raise InputError(f"{name} is {text[:SHOWN]!r}: write a whole number from {least} to {most}.")
    return int(text)


def number(given: str | float, name: str, least: float) -> float:
    """A finite number in ASCII digits, from `least` on."""
    text = str(given).strip()  # float() takes off fewer blanks than strip()
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,12})?", text) or float(text) < least:
        raise InputError(
            f"{name} is {text[:SHOWN]!r}: write a number from {least:g} on, such as {3 * max(least, 1):g}."
        )
    return float(text)


def checked_path(given: str, name: str) -> Path:
    """A path as somebody types it, `~` included."""
    if not given.isprintable():
        raise InputError(f"{name} is {given[:SHOWN]!r}: a control character stands in its path.")
    try:
        return Path(given).expanduser()
    except RuntimeError:
        raise InputError(f"{name} is {given[:SHOWN]!r}: there is no home folder of that user.") from None


def checked_file(path: Path, name: str, given: str | None = None) -> Path:
    """A file that can be read. given: its path as it was written."""
    shown = given or str(path)
    try:
        if _is_endless(path):  # or it can be read once only
            raise InputError(f"{name} names {shown}, which is no regular file: save it as one.")
        with open(path, "rb") as handle:
            handle.read(1)
    except FileNotFoundError:
        raise InputError(f"{name} names {shown}, which is no file.") from None
    except IsADirectoryError:
        raise InputError(f"{name} names {shown}, which is a folder and no file.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{name} names {shown[:SHOWN]}, which cannot be read: {_why(error)}.") from None
    return path


def _is_endless(path: Path) -> bool:
    """Whether a pipe, a socket or a device stands there; nothing is read from the empty one."""
    return path.exists() and not (path.is_file() or path.is_dir() or path.samefile(os.devnull))


def read_text(path: Path, name: str, given: str | None = None) -> str:
    """The text of a file in UTF-8, or in what its byte order mark says."""
    checked_file(path, name, given)
    try:
        data = path.read_bytes()
        encoding = next((encoding for mark, encoding in ENCODINGS if data.startswith(mark)), "utf-8")
        return data.decode(encoding)
    except UnicodeError:
        raise InputError(f"{name} names {given or path}, which is no text in UTF-8.") from None
    except OSError as error:
        raise InputError(f"{name} names {given or path}, which cannot be read: {_why(error)}.") from None


def read_toml(path: Path, name: str, given: str | None = None) -> dict[str, Any]:
    """The tables of a TOML file."""
    try:
        return tomllib.loads(read_text(path, name, given))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{path.name} is not valid TOML: {error}.") from None
    except ValueError:  # Python's own limit on the digits of a whole number
        raise InputError(f"{path.name} is not valid TOML: a number in it has thousands of digits.") from None


def _why(error: Exception) -> str:
    return (getattr(error, "strerror", None) or type(error).__name__).lower()
