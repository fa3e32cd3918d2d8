"""The unfinished work of the system: events to publish and to apply, due jobs, waiting webhooks."""

from collections.abc import Iterator, Mapping

import psycopg

from contracts.catalogue import SUBSCRIPTIONS
from sandbox.stripe.client import StandInControl

_UNPUBLISHED = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
# The domain's time is ahead of wall time by the row of `clock`.
_JOBS = """
    SELECT count(*) FROM job WHERE done_at IS NULL AND gave_up_at IS NULL AND (
        not_before IS NULL OR not_before <= now() + coalesce((SELECT max(ahead_seconds) FROM clock), 0) * interval '1 s'
    )
"""
_LAST_PUBLISHED = "SELECT subject, max(sequence) FROM outbox GROUP BY subject"
_LAST_APPLIED = "SELECT subject, last FROM inbox_position WHERE source = %s"


def unfinished_work(databases: Mapping[str, str], stripe: StandInControl) -> list[str]:
    """A line for each kind of unfinished work; empty at rest. `databases` are the URLs of the services' databases."""
    try:
        return [*_in_databases(databases), *_in_webhooks(stripe)]
    except psycopg.Error as problem:
        return [f"a database does not answer: {str(problem).splitlines()[0][:200]}"]


def _in_databases(databases: Mapping[str, str]) -> Iterator[str]:
    published: dict[str, dict[str, int]] = {}
    for service in SUBSCRIPTIONS:
        with psycopg.connect(databases[service], connect_timeout=5) as connection:
            for what, query in (("events to publish", _UNPUBLISHED), ("jobs to do", _JOBS)):
                row = connection.execute(query.encode()).fetchone()
                if row and row[0]:
                    yield f"{service} has {row[0]} {what}"
            published[service] = dict(connection.execute(_LAST_PUBLISHED.encode()).fetchall())
    for service, owners in SUBSCRIPTIONS.items():
        with psycopg.connect(databases[service], connect_timeout=5) as connection:
            for owner in owners:
                applied: dict[str, int] = dict(connection.execute(_LAST_APPLIED.encode(), [owner]).fetchall())
                behind = [subject for subject, last in published[owner].items() if applied.get(subject, 0) < last]
                if behind:
                    yield f"{service} lacks events of {owner} about {len(behind)} subjects, such as {behind[0]}"


def _in_webhooks(stripe: StandInControl) -> Iterator[str]:
    if waiting := stripe.webhooks()["waiting"]:
        yield f"{waiting} webhooks wait"
