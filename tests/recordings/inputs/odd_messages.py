"""Bodies and headers as odd recorders leave them."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import Any

from tests.recordings.inputs.odd_recorders import Entries, blind, content, har, odd, without

# bodies


@odd
def base64_bodies(entries: Entries) -> Any:
    """Each answer in base64, its request as well."""
    for entry in entries:
        content(entry).update(text=base64.b64encode(content(entry)["text"].encode()).decode(), encoding="base64")
        if "postData" in entry["request"]:
            data = entry["request"]["postData"]
            data.update(text=base64.b64encode(data["text"].encode()).decode(), encoding="BASE64")
    return har(entries)


@odd
def gzip_in_base64(entries: Entries) -> Any:
    """Answers as they came over the wire."""
    for entry in entries:
        packed = gzip.compress(content(entry)["text"].encode(), mtime=0)
        content(entry).update(text=base64.b64encode(packed).decode(), encoding="base64", size=len(packed))
        entry["response"]["headers"].append({"name": "Content-Encoding", "value": "gzip"})
    return har(entries)


@odd
def gzip_that_no_header_names(entries: Entries) -> Any:
    """The same by a recorder that takes Content-Encoding out."""
    for entry in entries:
        packed = gzip.compress(content(entry)["text"].encode(), mtime=0)
        content(entry).update(text=base64.b64encode(packed).decode(), encoding="base64", size=len(packed))
    return har(entries)


@odd
def deflate_in_base64(entries: Entries) -> Any:
    """Deflate without its frame."""
    for entry in entries:
        packed = zlib.compress(content(entry)["text"].encode())[2:-4]
        content(entry).update(text=base64.b64encode(packed).decode(), encoding="base64", size=len(packed))
        entry["response"]["headers"].append({"name": "content-encoding", "value": "deflate"})
    return har(entries)


@blind
def brotli_in_base64(entries: Entries) -> Any:
    """Bytes that nobody here can unpack."""
    for entry in entries:
        content(entry).update(text=base64.b64encode(b"\x8b\xff\x80brotli").decode(), encoding="base64")
        entry["response"]["headers"].append({"name": "content-encoding", "value": "br"})
    return har(entries)


@blind
def safari_without_text(entries: Entries) -> Any:
    """No text at all, a size of 0 and no length."""
    for entry in entries:
        entry["response"]["content"] = {"size": 0, "mimeType": "application/json"}
        entry["response"]["headers"] = without(entry["response"]["headers"], "content-length")
    return har(entries)


@blind
def cut_at_500_characters(entries: Entries) -> Any:
    """The size is that of what is left."""
    for entry in entries:
        cut = content(entry)["text"][:500]
        content(entry).update(text=cut, size=len(cut.encode()))
    return har(entries)


@blind
def cut_without_any_length(entries: Entries) -> Any:
    """The same where the answer has no length."""
    for entry in entries:
        cut = content(entry)["text"][:500]
        content(entry).update(text=cut, size=len(cut.encode()))
        entry["response"]["headers"] = without(entry["response"]["headers"], "content-length")
    return har(entries)


@blind
def cut_with_dots(entries: Entries) -> Any:
    """A tail in place of the rest."""
    for entry in entries:
        cut = content(entry)["text"][:500] + "... (truncated)"
        content(entry).update(text=cut, size=len(cut.encode()))
        entry["response"]["headers"] = without(entry["response"]["headers"], "content-length")
    return har(entries)


@odd
def bodies_as_json(entries: Entries) -> Any:
    """Values in place of texts."""
    for entry in entries:
        content(entry)["text"] = json.loads(content(entry)["text"] or "null")
        if "postData" in entry["request"]:
            entry["request"]["postData"]["text"] = json.loads(entry["request"]["postData"]["text"])
    return har(entries)


@odd
def bodies_made_pretty(entries: Entries) -> Any:
    """Indented and sorted; the length stays that of the wire."""
    for entry in entries:
        if content(entry)["text"]:
            found = json.loads(content(entry)["text"])
            content(entry)["text"] = json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False)
    return har(entries)


@odd
def byte_order_marks(entries: Entries) -> Any:
    """A mark at the beginning of each text."""
    for entry in entries:
        content(entry)["text"] = "\ufeff" + content(entry)["text"]
    return har(entries)


@odd
def windows_1252(entries: Entries) -> Any:
    """UTF-8 that was read as a code page of Windows."""
    for entry in entries:
        raw = content(entry)["text"].encode()
        content(entry)["text"] = raw.decode("cp1252", "replace")
        content(entry)["size"] = len(raw)
    return har(entries)


@odd
def base64_that_no_flag_names(entries: Entries) -> Any:
    """Answers in base64, and sizes of what stands there (browsermob-proxy #67, chrome-har #79)."""
    for entry in entries:
        packed = base64.b64encode(content(entry)["text"].encode()).decode()
        content(entry).update(text=packed, size=len(packed), encodig="base64")
        entry["response"]["headers"] = without(entry["response"]["headers"], "content-length")
    return har(entries)


@odd
def bytes_as_characters(entries: Entries) -> Any:
    """UTF-8 read as Latin-1, and no sizes (selenium-har-util #51)."""
    for entry in entries:
        content(entry)["text"] = content(entry)["text"].encode().decode("latin-1")
        content(entry)["size"] = -1
        entry["response"]["headers"] = without(entry["response"]["headers"], "content-length")
    return har(entries)


@odd
def odd_media_types(entries: Entries) -> Any:
    """A charset in quotes, params beside the text (gatling #4094, har-to-k6 #15, node-har #58)."""
    for entry in entries:
        if "postData" in entry["request"]:
            entry["request"]["postData"] |= {"mimeType": 'application/json; charset="utf-8"', "params": []}
    return har(entries)


@odd
def letters_that_became_question_marks(entries: Entries) -> Any:
    """What is beyond ASCII was lost."""
    for entry in entries:
        text = content(entry)["text"]
        content(entry)["text"] = text.encode("ascii", "replace").decode()
    return har(entries)


# headers


@odd
def http_2(entries: Entries) -> Any:
    """Pseudo-headers, lower-case names, no Host."""
    for entry in entries:
        sent = [{"name": header["name"].lower(), "value": header["value"]} for header in entry["request"]["headers"]]
        pseudo = [(":method", entry["request"]["method"]), (":authority", "apix.shop.example"), (":scheme", "https")]
        entry["request"]["headers"] = [{"name": name, "value": value} for name, value in pseudo] + without(sent, "host")
        entry["response"]["headers"].insert(0, {"name": ":status", "value": str(entry["response"]["status"])})
        entry["request"]["httpVersion"] = entry["response"]["httpVersion"] = "h2"
    return har(entries)


@odd
def upper_case(entries: Entries) -> Any:
    """Names of headers in capitals."""
    for entry in entries:
        for part in ("request", "response"):
            entry[part]["headers"] = [header | {"name": header["name"].upper()} for header in entry[part]["headers"]]
    return har(entries)


@odd
def names_of_cgi(entries: Entries) -> Any:
    """HTTP_X_EBAY_C_MARKETPLACE_ID, as an application server sees headers."""
    for entry in entries:
        for header in entry["request"]["headers"]:
            header["name"] = "HTTP_" + header["name"].upper().replace("-", "_")
    return har(entries)


@odd
def no_headers(entries: Entries) -> Any:
    """Neither sent nor given ones."""
    for entry in entries:
        entry["request"]["headers"], entry["response"]["headers"] = [], []
    return har(entries)


@odd
def headers_in_text(entries: Entries) -> Any:
    """One text with a line for each."""
    for entry in entries:
        for part in ("request", "response"):
            entry[part]["headers"] = "\r\n".join(
                f"{header['name']}: {header['value']}" for header in entry[part]["headers"]
            )
    return har(entries)


def _signed(entries: Entries, token: str) -> Any:
    for entry in entries:
        entry["request"]["headers"].append({"name": "Authorization", "value": token})
    return har(entries)


@odd
def token_redacted(entries: Entries) -> Any:
    """All tokens are the same text."""
    return _signed(entries, "Bearer [REDACTED]")


@odd
def token_of_a_template(entries: Entries) -> Any:
    """The name of a variable."""
    return _signed(entries, "Bearer {{access_token}}")


@odd
def token_in_stars(entries: Entries) -> Any:
    """The head of a token is left."""
    return _signed(entries, "Bearer v^1.1#i^1****************")


@odd
def token_of_a_cleaner(entries: Entries) -> Any:
    """harmor's word for everything."""
    return _signed(entries, "Bearer _harmored_")


@odd
def token_null(entries: Entries) -> Any:
    """What a page sends before it has a token."""
    return _signed(entries, "Bearer null")
