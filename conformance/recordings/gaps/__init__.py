"""Calls that a recording does not show: what they explain, and what counts as a breach all the same."""
