"""Rendered runs to look at, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports import render_all
from tests.reports import examples


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folder of each example by its name, all views in it."""
    folders = {}
    for make in (examples.conformant, examples.faulty, examples.incomplete, examples.hostile):
        folder = examples.write(tmp_path_factory.mktemp(make.__name__), make())
        render_all(folder)
        folders[make.__name__] = folder
    return folders
