"""How a request reaches its server: hosts, proxies of the environment and TLS, all checked before the first request."""

from __future__ import annotations

import base64
import re
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from conformance.core.inputs import HOST, InputError, checked_file

if TYPE_CHECKING:
    from conformance.core.profile import Profile

URL = re.compile(r"(https?)://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%-]+)(?::(\d+))?([/?][!-~]*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of a URL."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: re.Match[str]) -> Origin:
        """The origin of a URL that matched."""
        scheme = url[1].lower()
        return cls(scheme, url[2].strip("[]").lower(), int(url[3] or (443 if scheme == "https" else 80)))

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.address}"


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy of the environment. authorization: the value of Proxy-Authorization, empty without credentials."""

    origin: Origin
    authorization: str = field(default="", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


class Route:
    """The way of one target. ca_file, client_cert: PEM files; proxied: schemes whose proxy the environment may name.

    Raises InputError where a file cannot be used, or a proxy's URL is none of HTTP.
    """

    def __init__(
        self, ca_file: str | None = None, client_cert: str | None = None, *, proxied: Iterable[str] = ()
    ) -> None:
        self.tls = _tls(ca_file, client_cert) if ca_file or client_cert else None
        known = _addresses()
        self._proxies = {scheme: _proxy(scheme, known[scheme]) for scheme in proxied if scheme in known}

    @classmethod
    def of(cls, profile: Profile) -> Route:
        """The route of a profile's [transport]."""
        settings = profile.transport
        urls = [profile.base_url, *profile.endpoints.values()] if settings.get("proxy_from_environment") else []
        return cls(settings.get("ca_file"), settings.get("client_cert"), proxied={urlsplit(url).scheme for url in urls})

    def context(self) -> ssl.SSLContext:
        """The TLS settings, made at the first connection that needs them."""
        if self.tls is None:
            self.tls = ssl.create_default_context()
        return self.tls

    def proxy(self, origin: Origin) -> Proxy | None:
        """The proxy on the way to an origin."""
        found = self._proxies.get(origin.scheme)
        return found if found and not proxy_bypass(f"{origin.host}:{origin.port}") else None

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody may read in a report."""
        return tuple(secret for proxy in self._proxies.values() for secret in proxy.secrets)


def _addresses() -> dict[str, str]:
    known = getproxies()
    found = {scheme: known.get(scheme) or known.get("all") for scheme in ("http", "https")}
    return {scheme: address for scheme, address in found.items() if address}


def _proxy(scheme: str, address: str) -> Proxy:
    name = f"The proxy of the environment for {scheme} ({scheme}_proxy)"
    if not address.strip().isprintable():
        raise InputError(f"{name} holds a control character or bytes that are no UTF-8.")
    try:
        parts = urlsplit(address.strip() if "://" in address else f"http://{address.strip()}")
        host, port = parts.hostname, 80 if parts.port is None else parts.port
    except ValueError:
        raise InputError(f"{name} is no URL: its host or port is none.") from None
    if parts.scheme != "http" or not host:
        raise InputError(f"{name} is no http URL: socks and https proxies are not spoken.")
    if port == 0 or not HOST.fullmatch(f"[{host}]" if ":" in host else host):
        raise InputError(f"{name} is no URL: its host or port is none.")
    origin = Origin("http", host, port)
    if parts.username is None:
        return Proxy(origin)
    user, password = unquote(parts.username), unquote(parts.password or "")
    basic = base64.b64encode(f"{user}:{password}".encode()).decode()
    return Proxy(origin, f"Basic {basic}", tuple(secret for secret in (password, basic) if secret))


def _tls(ca_file: str | None, client_cert: str | None) -> ssl.SSLContext:
    if ca_file:
        checked_file(Path(ca_file), "transport.ca_file")
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (ssl.SSLError, OSError):
        raise InputError(f"transport.ca_file names {ca_file}, which holds no certificate in PEM.") from None
    if client_cert:
        _load_client(context, client_cert)
    return context


def _load_client(context: ssl.SSLContext, client_cert: str) -> None:
    checked_file(Path(client_cert), "transport.client_cert")
    asked = False

    def no_phrase() -> str:
        nonlocal asked
        asked = True
        return ""

    try:
        context.load_cert_chain(client_cert, password=no_phrase)
    except (ssl.SSLError, OSError, ValueError):
        if asked:
            raise InputError(
                f"transport.client_cert names {client_cert}, whose key is encrypted: write it without a pass phrase."
            ) from None
        raise InputError(
            f"transport.client_cert names {client_cert}, which holds no certificate with its own key in PEM."
        ) from None
