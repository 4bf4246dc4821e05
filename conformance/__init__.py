"""The machinery: profile, client, judge, driver, evidence, the pytest plug-in and the commands that people run."""

import sys

from conformance.core.places import BUNDLE, ROOT

VERSION = "0.1.0"

if BUNDLE.is_dir() and str(ROOT) not in sys.path:  # an installed package carries suites, reports and the rest with it
    sys.path.insert(0, str(ROOT))
