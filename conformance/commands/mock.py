"""`python -m conformance mock`: the embedded mock in the place of this process, which the suites never import."""

from __future__ import annotations

import os
import subprocess
import sys

from conformance.core.places import ROOT


def main(arguments: list[str]) -> int:
    """Serves until a signal ends it. Returns the mock's exit status."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "mock_server", *arguments]
    environment = {**os.environ, "PYTHONPATH": path}
    if os.name == "posix":
        sys.stdout.flush()
        os.execve(sys.executable, command, environment)
    return subprocess.run(command, env=environment).returncode
