"""Rendered runs to look at, made once."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from reports import render_all
from tests.reports import examples

AXE = "axe-core@4.14.1"


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folder of each example by its name, all views in it."""
    folders = {}
    for make in (examples.conformant, examples.faulty, examples.incomplete, examples.hostile):
        folder = examples.write(tmp_path_factory.mktemp(make.__name__), make())
        render_all(folder)
        folders[make.__name__] = folder
    return folders


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The accessibility checker's script, from AXE_CORE (a file) or npm."""
    if path := os.environ.get("AXE_CORE"):
        return Path(path).read_text(encoding="utf-8")
    if not shutil.which("npm"):
        pytest.skip("no npm on this machine: the accessibility checker cannot be had")
    folder = tmp_path_factory.mktemp("axe")
    command = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", AXE]
    try:
        ran = subprocess.run(command, capture_output=True, timeout=90)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not answer: the accessibility checker cannot be had")
    if ran.returncode:
        pytest.skip("npm has no registry here: the accessibility checker cannot be had")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
