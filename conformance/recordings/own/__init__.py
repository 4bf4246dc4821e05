"""This suite's own exchanges.jsonl as a recording: what of it is missing, doubled or out of order."""
