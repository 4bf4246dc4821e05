"""`python -m mock_server`: serve the mock, or print what it can do."""

from __future__ import annotations

import json
import sys

from mock_server.command_line import Parser, host, port, show, taken, whole_number


def main(arguments: list[str] | None = None) -> int:
    parser = Parser(prog="python -m mock_server", description="A local server of eBay's guest checkout.")
    parser.add_argument("--host", type=host, default="127.0.0.1", help="address to listen at (%(default)s)")
    parser.add_argument("--port", type=port, default=0, help="0, the default, takes a free one")
    parser.add_argument(
        "--max-line-items", type=whole_number(1), default=4, metavar="N", help="per session (%(default)s)"
    )
    parser.add_argument(
        "--token-ttl", type=whole_number(0), default=7200, metavar="S", help="of a token, seconds (%(default)s)"
    )
    parser.add_argument(
        "--keep", type=whole_number(1), metavar="N", help="sessions, orders and tokens of a shop, each (20000)"
    )
    parser.add_argument("--quiet", action="store_true", help="nothing on stderr but what went wrong inside")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with the process that holds the pipe")
    listing = parser.add_mutually_exclusive_group()
    listing.add_argument("--list-faults", action="store_true", help="print the faults as JSON and end")
    listing.add_argument(
        "--list-conditions", action="store_true", help="print what a fault can be narrowed to, and end"
    )
    listing.add_argument("--list-variants", action="store_true", help="print the lawful variants as JSON and end")
    listing.add_argument("--profile", action="store_true", help="print the target profile (targets/mock.toml) and end")
    options = parser.parse_args(arguments)
    if options.list_faults or options.list_variants:
        from mock_server.registry import listed

        rows = listed("faults" if options.list_faults else "variants")
        return show(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
    if options.list_conditions:
        from mock_server.injection.factors import LEVELS

        pairs = [(factor, level) for factor, levels in LEVELS.items() for level in levels]
        levels = [{"name": f"{factor}={level}", "factor": factor, "level": level} for factor, level in pairs]
        return show(json.dumps(levels, indent=1) + "\n")
    if options.profile:
        from mock_server.catalogue.profile import profile

        return show(profile())
    from mock_server.domain.shop import Settings
    from mock_server.serve import serve

    if reason := taken(options.host, options.port):
        parser.error(f"port {options.port} of {options.host} cannot be used: {reason}.")
    settings = Settings(max_line_items=options.max_line_items, token_ttl=options.token_ttl, keep=options.keep)
    return serve(
        options.host, options.port, settings, quiet=options.quiet, until_stdin_closes=options.until_stdin_closes
    )


if __name__ == "__main__":
    sys.exit(main())
