"""The plug-in that makes `pytest suites` judge a target; tests of the product itself do without it."""

pytest_plugins = ["conformance.runner.plugin"]
