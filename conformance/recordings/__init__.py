"""Recorded traffic: what a HAR file, a cassette or an exchanges.jsonl shows of exchanges, and what it leaves out.

`files` finds the entries in a file, `har` and `cassettes` read them, `calls` makes exchanges of them, `judge_contents` judges.
Principle: what a recording does not show is unknown, never a breach (`conformance/judging/knowledge.py`).
"""
