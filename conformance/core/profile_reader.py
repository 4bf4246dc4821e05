"""Reads values of a profile's TOML and says what is wrong in the words of the file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from conformance.core.inputs import InputError

TOP = (
    "name",
    "base_url",
    "max_line_items",
    "endpoints",
    "auth",
    "apps",
    "payment",
    "buyers",
    "coupons",
    "marketplaces",
    "transport",
    "allow_production",
    "stubs",
    "prepaid",
)
TABLES: dict[str, tuple[str, ...]] = {
    "endpoints": ("session_url", "order_url", "place_order_url", "token_url"),
    "auth": ("kind", "scope", "other_scope"),
    "apps": ("client_id", "client_secret", "token", "expired_token", "optional"),
    "payment": ("kind", "paid_within_s", "wait_s", "payments", "script_url", "clicks"),
    "prepaid": ("order", "marketplace", "session"),
    "stubs": ("testError",),
    "buyers": ("good", "declined"),
    "coupons": ("good", "oversized", "minimum", "refused", "item_bound"),
    "items": ("plain", "limit", "stock", "lot", "refused", "removed", "warned", "at_payment"),
    "marketplace": (
        "address",
        "other_address",
        "unverifiable_address",
        "foreign_countries",
        "sanctioned_countries",
        "items",
        "coupons",
    ),
    "transport": (
        "timeout_s",
        "max_bytes",
        "rate_per_s",
        "longest_wait_s",
        "ca_file",
        "client_cert",
        "headers",
        "proxy_from_environment",
    ),
}
ROLE_KEYS = {
    "limit": ("item", "limit"),
    "stock": ("item", "stock"),
    "lot": ("item", "lot"),
    "refused": ("item", "error"),
    "removed": ("item", "warning"),
    "warned": ("item", "warning"),
    "at_payment": ("item", "error"),
}


@dataclass
class Reader:
    """Reads values and says what is wrong in the words of the file."""

    source: str
    secrets: list[str]

    def keys(self, where: str, table: Any, known: Iterable[str]) -> None:
        if not isinstance(table, dict):
            raise InputError(f"{where} in {self.source} must be a table.")
        known = list(known)
        for key in table:
            if key not in known:
                path = f"{where}.{key}" if where else key
                raise InputError(f"{path} in {self.source} is not known here: write one of {', '.join(known)}.")

    def table(self, data: dict[str, Any], name: str) -> dict[str, Any]:
        found = data.get(name, {})
        if not isinstance(found, dict):
            raise InputError(f"{name} in {self.source} must be a table.")
        return found

    def words(self, where: str, value: Any) -> list[str]:
        """A list of texts, or the variable that holds them, with blanks or commas between them."""
        if isinstance(value, dict) and set(value) == {"env"}:
            found = os.environ.get(str(value["env"]), "").replace(",", " ").split()
            if not found:
                raise InputError(f"{where} in {self.source} is taken from the environment: set {value['env']}.")
            return found
        if not isinstance(value, list):
            raise InputError(f'{where} in {self.source} must be a list of texts or {{ env = "NAME" }}.')
        return [str(entry) for entry in value]

    def list(self, where: str, value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise InputError(
                f'{where} in {self.source} must be a list of tables such as {{ item = "v1|…|0", error = 15018 }}.'
            )
        return value

    def text(self, where: str, table: dict[str, Any], key: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value:
            raise InputError(f"{where + '.' if where else ''}{key} in {self.source} is missing: write a text.")
        return value

    def given(self, table: dict[str, Any]) -> bool:
        """Whether every variable that a table names is set."""
        named = [entry["env"] for entry in table.values() if isinstance(entry, dict) and set(entry) == {"env"}]
        return all(os.environ.get(str(entry)) for entry in named)

    def number(self, where: str, table: dict[str, Any], key: str) -> int:
        value = table.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise InputError(f"{where}.{key} in {self.source} is missing or no whole number.")
        return value

    def choice(self, where: str, value: Any, known: tuple[str, ...]) -> str:
        if value not in known:
            raise InputError(f"{where} in {self.source} is {value!r}: write one of {', '.join(known)}.")
        return str(value)

    def secret(self, where: str, value: Any, literal: bool) -> str:
        if isinstance(value, dict) and set(value) == {"env"}:
            found = os.environ.get(str(value["env"]), "")
            if not found:
                raise InputError(f"{where} in {self.source} is taken from the environment: set {value['env']}.")
        elif isinstance(value, str) and literal:
            found = value
        elif isinstance(value, str):
            raise InputError(
                f'{where} in {self.source} is a secret in clear: write {{ env = "NAME" }} and set that variable.'
            )
        else:
            raise InputError(f'{where} in {self.source} must be a text or {{ env = "NAME" }}.')
        if not where.endswith("client_id"):
            self.secrets.append(found)
        return found


def loopback(url: str) -> bool:
    """Whether a URL points to this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # a name such as 127.example.com
        return False
