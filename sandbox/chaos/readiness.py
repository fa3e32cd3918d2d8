"""Whether a single process does its work, seen from outside: by its rows and connections, or by its answer."""

import json
from contextlib import suppress
from urllib.error import HTTPError

import psycopg

from sandbox.chaos.links import Link
from sandbox.stack.commands import SERVICES
from sandbox.stack.http_probe import DIRECT

RENEWED_WITHIN = 2.5  # seconds: a process renews its row every second
CONNECTIONS_OF_A_SERVICE = 3  # asks, events, and its own asks

# A process renews its row while it is connected to the broker; the row is valid for four seconds.
_RENEWED = """
    SELECT EXISTS (SELECT FROM inbox_process WHERE holder LIKE %(holder)s
                   AND expires_at > clock_timestamp() + (4 - %(within)s) * interval '1 second')
"""
_LISTENS = """
    SELECT count(*) FROM pg_stat_activity WHERE application_name = 'relay-listen' AND client_port = ANY(%(ports)s)
"""


def service_is_ready(pid: int, *, database_url: str, broker: Link) -> bool:
    """Whether this process of a service consumes events and asks."""
    if len(broker.server_ports) < CONNECTIONS_OF_A_SERVICE:
        return False
    return _first(database_url, _RENEWED, {"holder": f"%-{pid}-%", "within": RENEWED_WITHIN}) is True


def relay_is_ready(*, admin_url: str, broker: Link, database: Link) -> bool:
    """Whether this relay, publishing or standing by, is connected as every owner to the broker and the databases."""
    if len(broker.server_ports) < len(SERVICES):
        return False
    return _first(admin_url, _LISTENS, {"ports": database.server_ports}) == len(SERVICES)


def gateway_is_ready(port: int) -> bool:
    """Whether the gateway on this port answers, and reaches its broker and database."""
    with suppress(OSError, ValueError, KeyError):
        try:
            with DIRECT.open(f"http://127.0.0.1:{port}/readyz", timeout=3) as answer:
                body = answer.read()
        except HTTPError as problem:  # a service is away
            body = problem.read()
        checks = json.loads(body)["checks"]
        return bool(checks["broker"] == checks["database"] == "up")
    return False


def _first(url: str, query: str, params: dict[str, object]) -> object:
    """The first column of the first row; None while the database is away."""
    try:
        with psycopg.connect(url, connect_timeout=2, options="-c statement_timeout=2000") as connection:
            row = connection.execute(query.encode(), params).fetchone()
    except psycopg.Error:
        return None
    return row[0] if row else None
