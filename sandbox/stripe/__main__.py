"""The command line: `python -m sandbox.stripe --port N --webhook-url URL --webhook-secret S`."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from sandbox.stripe import control
from sandbox.stripe.app_state import StandInConfig
from sandbox.stripe.server import open_socket, uvicorn_server


def main(arguments: list[str] | None = None) -> None:
    """Serve until interrupted."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.webhook_url and not options.webhook_secret:
        parser.error("--webhook-url needs --webhook-secret to sign with")
    logging.basicConfig(level=logging.WARNING)
    config = StandInConfig(
        public_url=options.public_url or "",
        webhook_url=options.webhook_url,
        webhook_secrets=tuple(options.webhook_secret or ()),
        api_key=options.api_key,
        business_name=options.business_name,
        strict=not options.lenient,
        data=options.data,
    )
    listening, url, state = open_socket(config, host=options.host, port=options.port)
    server = uvicorn_server(state, ready=lambda: _announce(url))
    server.run(sockets=[listening])


def _announce(url: str) -> None:
    sys.stdout.write(f"stripe stand-in listening on {url}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.stripe",
        description="A stand-in for Stripe: Checkout, manual capture, refunds, disputes, webhooks. "
        "All data is in memory unless --data is given. Any sk_test_… key is accepted unless --api-key is given.",
        epilog=control.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="port; 0, the default, picks a free one")
    parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
    parser.add_argument("--webhook-url", help="URL that receives the events (default: none)")
    parser.add_argument(
        "--webhook-secret",
        action="append",
        metavar="whsec_…",
        help="secret that signs the events; repeat to sign with several, as during a rotation",
    )
    parser.add_argument("--api-key", metavar="sk_test_…", help="the only accepted key (default: any test key)")
    parser.add_argument("--data", type=Path, help="directory of the state, which survives a restart (default: none)")
    parser.add_argument("--public-url", help="public URL of the payment page (default: this server)")
    parser.add_argument("--business-name", default="HotelMate", help="shown on the payment page")
    parser.add_argument(
        "--lenient",
        action="store_true",
        help="record responses that violate the contract without failing them",
    )
    return parser


if __name__ == "__main__":
    main()
