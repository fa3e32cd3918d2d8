"""Answers operators' queries of one service without the broker: one JSON line per query and per reply.

A query is `{"method": "Examine", "message": {"invariant": "I3"}}`; a reply is `{"result": …, "error": null}`, as on
the broker. The process reads no settings but `<NAME>_DATABASE_URL` and `HOTELMATE_MODE`.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from chassis import codec
from chassis.database.parameters import parameters
from chassis.messaging.ask_protocol import error_body, reply_body
from chassis.messaging.received_ask import read_message
from chassis.observability.examination import Examination
from chassis.observability.operator_queries import HANDLERS, answer
from chassis.refusal import Refusal, Unavailable
from chassis.service import method_of
from chassis.settings import environment_faults, refusal, with_driver
from contracts.message import Query

_QUERIES = {method_of(query): query for query in HANDLERS}


def replies(
    lines: Iterable[bytes], connection: sa.Connection, service: str, examination: Examination
) -> Iterator[bytes]:
    """Yield a reply for each of `lines`. Each line holds one query, and each reply is one line of JSON."""
    for line in lines:
        try:
            yield reply_body(answer(service, examination, connection, _query(line)))
        except (Refusal, Unavailable) as problem:
            yield error_body(problem)


def _query(line: bytes) -> Query[Any]:
    try:
        request = codec.decode(line)
        message, kind = request["message"], _QUERIES[request["method"]]
    except (ValueError, KeyError, TypeError) as problem:
        raise Unavailable(f"the line cannot be read ({problem!r})"[:300]) from problem
    return read_message(message, kind)


def run(service: str, examination: Examination) -> None:
    """Answer the queries on standard input until the input ends. Exits with code 3 if the database is unreachable."""
    variable = f"{service.upper()}_DATABASE_URL"
    parser = argparse.ArgumentParser(prog=f"python -m services.{service}.examine", description=__doc__)
    parser.parse_args()
    if sentences := environment_faults([variable]):
        raise SystemExit(refusal(sentences))
    if variable not in os.environ:
        raise SystemExit(f"{variable} is not set")
    engine = sa.create_engine(
        with_driver(os.environ[variable], "psycopg"),
        isolation_level="AUTOCOMMIT",
        connect_args=parameters(f"{service}-examine"),
    )
    try:
        with engine.connect() as connection:
            for reply in replies(sys.stdin.buffer, connection, service, examination):
                sys.stdout.buffer.write(reply + b"\n")
                sys.stdout.buffer.flush()
    except (sa.exc.OperationalError, sa.exc.InterfaceError) as problem:
        reason = str(problem.orig).strip().splitlines() or [type(problem).__name__]
        print(f"The database of {service} cannot be reached: {reason[0]}", file=sys.stderr)  # noqa: T201
        raise SystemExit(3) from None
