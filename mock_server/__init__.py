"""The embedded server of eBay's guest checkout: `python -m mock_server`.

The packages, each of which imports only those before it:

- `catalogue`: what the shop sells, as data;
- `domain`: sessions, prices, and what a request does to them;
- `http`: authentication, validation, JSON views, and the pipeline of named steps that a request goes through;
- `injection`: ways to wrap single steps of a shop, and the conditions under which a wrapper acts;
- `faults`, `variants`: servers that break a requirement, and servers that differ lawfully, made with `injection`.

`registry` builds shops by the names of faults and variants; `server` and `serve` answer requests.
`wire` is apart: a proxy that writes any server's answers in other lawful forms of HTTP.
"""
