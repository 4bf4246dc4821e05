"""Finds the rules: every `suites/<chapter>/rules.py`, in the order of the chapters."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from conformance.core import contract
from conformance.judging.registry import sort_rules


@cache
def load_rules() -> None:
    """Imports the rules of every chapter, which registers them with the judge."""
    for chapter in contract.CHAPTERS:
        import_module(f"suites.{chapter}.rules")
    sort_rules()
