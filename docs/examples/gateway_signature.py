"""An authentication of one's own: each request carries a date and an HMAC over method, path, date and body.

The profile names it: plugin = "gateway_signature:Signature" (docs/sign-requests.md).
"""

from __future__ import annotations

import hashlib
import hmac
from email.utils import formatdate

from requests import PreparedRequest
from requests.auth import AuthBase


class Signature(AuthBase):
    """Signs requests for a gateway. key_id: which key; secret: the key itself."""

    def __init__(self, key_id: str, secret: str) -> None:
        self._key_id = key_id
        self._secret = secret.encode()

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Adds Date and X-Gateway-Signature."""
        date = formatdate(usegmt=True)
        body = request.body or b""
        digest = hashlib.sha256(body if isinstance(body, bytes) else body.encode()).hexdigest()
        text = "\n".join([str(request.method), request.path_url, date, digest])
        mac = hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()
        request.headers["Date"] = date
        request.headers["X-Gateway-Signature"] = f"keyId={self._key_id},digest={digest},mac={mac}"
        return request
