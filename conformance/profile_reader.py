"""Reads values of a profile's TOML and says what is wrong in the words of the file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


class ProfileError(Exception):
    """The input cannot be used; the message is one sentence that says what to change."""


@dataclass
class Reader:
    """Reads values and says what is wrong in the words of the file."""

    source: str
    secrets: list[str]

    def keys(self, where: str, table: Any, known: Iterable[str]) -> None:
        if not isinstance(table, dict):
            raise ProfileError(f"{where} in {self.source} must be a table.")
        known = list(known)
        for key in table:
            if key not in known:
                path = f"{where}.{key}" if where else key
                raise ProfileError(f"{path} in {self.source} is not known here: write one of {', '.join(known)}.")

    def table(self, data: dict[str, Any], name: str) -> dict[str, Any]:
        found = data.get(name, {})
        if not isinstance(found, dict):
            raise ProfileError(f"{name} in {self.source} must be a table.")
        return found

    def list(self, where: str, value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise ProfileError(
                f'{where} in {self.source} must be a list of tables such as {{ item = "v1|…|0", error = 15018 }}.'
            )
        return value

    def text(self, where: str, table: dict[str, Any], key: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value:
            raise ProfileError(f"{where + '.' if where else ''}{key} in {self.source} is missing: write a text.")
        return value

    def number(self, where: str, table: dict[str, Any], key: str) -> int:
        value = table.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise ProfileError(f"{where}.{key} in {self.source} is missing or no whole number.")
        return value

    def choice(self, where: str, value: Any, known: tuple[str, ...]) -> str:
        if value not in known:
            raise ProfileError(f"{where} in {self.source} is {value!r}: write one of {', '.join(known)}.")
        return str(value)

    def secret(self, where: str, value: Any, literal: bool) -> str:
        if isinstance(value, dict) and set(value) == {"env"}:
            found = os.environ.get(str(value["env"]), "")
            if not found:
                raise ProfileError(f"{where} in {self.source} is taken from the environment: set {value['env']}.")
        elif isinstance(value, str) and literal:
            found = value
        elif isinstance(value, str):
            raise ProfileError(
                f'{where} in {self.source} is a secret in clear: write {{ env = "NAME" }} and set that variable.'
            )
        else:
            raise ProfileError(f'{where} in {self.source} must be a text or {{ env = "NAME" }}.')
        if not where.endswith("client_id"):
            self.secrets.append(found)
        return found


def loopback(url: str) -> bool:
    """Whether a URL points to this machine."""
    host = urlsplit(url).hostname or ""
    return host == "localhost" or host.startswith("127.") or host == "::1"


def checked_url(value: str, key: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ProfileError(f"{key} is {value!r}: write an http or https URL such as http://127.0.0.1:8080.")
    return value.rstrip("/")
