"""The embedded mock of eBay's guest checkout: `python -m mock`.

A request goes through named steps (`mock.steps`), in the order that `mock.routes` gives for its operation; each step
is a plain function in the table of a `Shop`. Faults and lawful variants (`mock.faults`, `mock.variants`) wrap steps
of a shop of their own (`mock.seams`), so the code of the steps knows nothing of them.
"""
