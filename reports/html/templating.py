"""One self-contained page: template, style and script made one file with a strict content security policy."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.html.exchange_view import text_node
from reports.text import (
    CHAPTERS,
    MARKS,
    SCOPES,
    basis,
    case,
    link,
    looks_like,
    number,
    operations,
    reproduced,
    seconds,
    shows,
    source,
    tried,
    waiver,
)

TEMPLATES = Path(__file__).parents[1] / "templates"


@cache
def environment() -> Environment:
    """The templates: autoescaped, and an unknown name is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "source": source,
        "operations": operations,
        "seconds": seconds,
        "number": number,
        "short": short,
        "node": text_node,
        "tidy": tidy,
        "link": link,
    }
    made.globals |= {"marks": MARKS, "chapters": CHAPTERS, "scopes": SCOPES}
    made.globals |= {
        "case": case,
        "reproduced": reproduced,
        "waived": waiver,
        "basis": basis,
        "shows": shows,
        "tried": tried,
        "looks_like": looks_like,
    }
    return made


def short(text: str, most: int = 2000) -> str:
    """Text of at most `most` characters; what is left out is counted."""
    return text if len(text) <= most else f"{text[:most]} … ({len(text) - most:,} characters more)"


def tidy(name: str) -> str:
    """A name of data as words: 'line_items' as 'line items'."""
    return name.replace("_", " ")


def _inlined(name: str) -> tuple[Markup, str]:
    """A file's text to stand in the page, and its hash for the policy."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    if "</" in text:
        raise ValueError(f"{name}: '</' would end the element that it stands in")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Markup(text), f"'sha256-{digest}'"


def render_page(template: str, **context: Any) -> str:
    """The page of a template. Nothing in it loads anything: the policy allows its own style and script, by hash."""
    style, style_hash = _inlined("page.css")
    script, script_hash = _inlined("page.js")
    policy = (
        f"default-src 'none'; style-src {style_hash}; script-src {script_hash}; base-uri 'none'; form-action 'none'"
    )
    return environment().get_template(template).render(policy=policy, style=style, script=script, **context)
