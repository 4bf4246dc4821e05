"""The machinery: profile, transport, exchanges, model, judge, result and the pytest plug-in around them."""

VERSION = "0.1.0"
