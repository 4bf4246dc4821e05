"""A new connection to a server: TCP to one of its addresses, a proxy's tunnel, TLS, all before one deadline."""

from __future__ import annotations

import socket
import ssl
from time import monotonic

from conformance.client.http1 import Reader, WireProblem, read_answer
from conformance.client.route import Origin, Proxy, Route

SHORTEST_S = 0.001  # a socket takes 0 for "do not wait"


def connect(origin: Origin, route: Route, deadline: float, timeout_s: float) -> socket.socket:
    """A connection that is ready for a request. timeout_s: what sentences name. Raises WireProblem."""
    proxy = route.proxy(origin)
    near = proxy.origin if proxy else origin
    try:
        sock = _dial(near, deadline)
    except TimeoutError:
        raise WireProblem("unreachable", f"{near} cannot be reached: no answer in {timeout_s:g} s.") from None
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise WireProblem("unreachable", f"{near} cannot be reached: {why}.") from None
    if origin.scheme == "http":
        return sock
    try:
        if proxy:
            _tunnel(sock, proxy, origin, deadline)
        sock.settimeout(max(SHORTEST_S, deadline - monotonic()))
        return route.context().wrap_socket(sock, server_hostname=origin.host)
    except BaseException as error:
        sock.close()
        if isinstance(error, OSError):
            raise _handshake_problem(error, origin, timeout_s) from None
        raise


def _dial(near: Origin, deadline: float) -> socket.socket:
    """A TCP connection. Each address of the name gets its share of the time that is left. Raises OSError."""
    failed = OSError("the name has no address")
    found = socket.getaddrinfo(near.host, near.port, type=socket.SOCK_STREAM)
    for untried, (family, kind, protocol, _, address) in zip(range(len(found), 0, -1), found, strict=True):
        try:
            sock = socket.socket(family, kind, protocol)
        except OSError as error:  # a family that this system does not have
            failed = error
            continue
        try:
            sock.settimeout(max(SHORTEST_S, (deadline - monotonic()) / untried))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            sock.close()
            failed = error
        else:
            return sock
    raise failed


def _handshake_problem(error: OSError, origin: Origin, timeout_s: float) -> WireProblem:
    if isinstance(error, ssl.SSLCertVerificationError):
        return WireProblem("tls", f"The certificate of {origin} is not trusted: {error.verify_message}.")
    if isinstance(error, ssl.SSLError):
        return WireProblem("tls", f"{origin} does not speak TLS as expected ({error.reason or 'no reason given'}).")
    if isinstance(error, TimeoutError):
        return WireProblem("timeout", f"No TLS connection to {origin} within {timeout_s:g} s.")
    return WireProblem("reset", f"{origin} closed the connection during the TLS handshake.")


def _tunnel(sock: socket.socket, proxy: Proxy, origin: Origin, deadline: float) -> None:
    reader = Reader(sock)
    reader.start(deadline, 1_000_000)
    fields = [f"CONNECT {origin.address} HTTP/1.1", f"Host: {origin.address}"]
    if proxy.authorization:
        fields.append(f"Proxy-Authorization: {proxy.authorization}")
    sock.sendall("\r\n".join([*fields, "", ""]).encode())
    answer, _ = read_answer(reader, "HEAD", 0)
    if answer.status != 200:
        raise refused_by_proxy(proxy, origin, answer.status)


def refused_by_proxy(proxy: Proxy, origin: Origin, status: int) -> WireProblem:
    """The sentence for a proxy that lets nothing through."""
    wants = ""
    if status == 407:
        wants = (
            "; it wants other credentials"
            if proxy.authorization
            else "; it wants a user name and a password in its URL"
        )
    return WireProblem("unreachable", f"The proxy refused a connection to {origin} with {status}{wants}.")
