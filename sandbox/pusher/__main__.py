"""The stand-in as its own process: `python -m sandbox.pusher`."""

import argparse
import asyncio
import contextlib
from collections.abc import Callable

from sandbox.pusher.app_state import PusherAppState
from sandbox.pusher.server import serve
from sandbox.pusher.settings import PusherAppSettings
from sandbox.sockets import listen

EPILOG = """\
Servers connect with any Pusher library (ssl off, this host and port), clients with any
Pusher client (forceTLS off, wsHost and wsPort). Received events: GET /_control/events.
Faults on demand: POST /_control/faults {"mode": "fail_before", "status": 503, "times": 2}.
"""


def main() -> None:
    """Serve until interrupted."""
    options = _parser().parse_args()
    settings = PusherAppSettings(
        app_id=options.app_id,
        key=options.key,
        secret=options.secret,
        webhook_url=options.webhook_url,
        activity_timeout=options.activity_timeout,
        max_connections=options.max_connections,
    )
    listener = listen(options.host, options.port)
    port = listener.getsockname()[1]

    def ready(state: PusherAppState, stop: Callable[[], None]) -> None:
        print(f"pusher stand-in listening on http://{options.host}:{port}", flush=True)

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(settings, listener, ready=ready))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.pusher",
        description="A Pusher Channels stand-in for one machine.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port; 0, the default, picks a free one")
    parser.add_argument("--app-id", default="1", help="the app's number (default: %(default)s)")
    parser.add_argument("--key", required=True, help="the app's public key")
    parser.add_argument("--secret", required=True, help="the secret that signs requests")
    parser.add_argument("--webhook-url", help="URL that receives signed webhooks (default: none)")
    parser.add_argument(
        "--activity-timeout",
        type=float,
        default=120,
        metavar="SECONDS",
        help="silence after which a client is pinged (default: %(default)s)",
    )
    parser.add_argument("--max-connections", type=int, metavar="N", help="refuse further sockets with 4004")
    return parser


if __name__ == "__main__":
    main()
