"""The mailbox as its own process: `python -m sandbox.mailbox`."""

import argparse
import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from sandbox.mailbox.server import MailboxState, serve
from sandbox.mailbox.smtp import SmtpLogin
from sandbox.sockets import listen

EPILOG = """\
Read the mails in a browser at the HTTP address, or as JSON: GET /messages?to=&subject=.
Faults on demand: POST /_control/faults {"mode": "tempfail", "times": 2}.
"""


def main() -> None:
    """Serve until interrupted."""
    options = _parser().parse_args()
    login = SmtpLogin(options.user, options.password) if options.user is not None else None
    smtp = listen(options.host, options.smtp_port)
    http = listen(options.host, options.http_port)

    def ready(state: MailboxState, stop: Callable[[], None]) -> None:
        host = options.host
        print(f"mailbox takes mail on smtp://{host}:{smtp.getsockname()[1]}", flush=True)
        print(f"mailbox shows mail on http://{host}:{http.getsockname()[1]}", flush=True)

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(smtp, http, login=login, ready=ready, data=options.data))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.mailbox",
        description="An SMTP server that stores every mail and shows it on a page.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address (default: %(default)s)")
    parser.add_argument("--smtp-port", type=int, default=0, help="port; 0, the default, picks a free one")
    parser.add_argument("--http-port", type=int, default=0, help="port; 0, the default, picks a free one")
    parser.add_argument("--data", type=Path, help="directory of the mails, which survive a restart (default: none)")
    parser.add_argument("--user", help="the user that may send (default: any sender, without a login)")
    parser.add_argument("--password", default="", help="that user's password")
    return parser


if __name__ == "__main__":
    main()
