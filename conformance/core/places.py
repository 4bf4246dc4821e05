"""Where the suite's own files are: a checkout, or the copy that an installed package carries."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
BUNDLE = PACKAGE / "bundle"  # what the wheel carries beside the package (pyproject.toml, force-include)
ROOT = BUNDLE if BUNDLE.is_dir() else PACKAGE.parent  # holds contracts/, suites/, strategies/, reports/, targets/
