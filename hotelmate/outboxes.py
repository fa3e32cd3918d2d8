"""`hotelmate outbox`: what each service has recorded and the broker has not confirmed yet."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from chassis.tables import OUTBOX
from contracts.catalogue import OWNERS
from hotelmate.screen import age, show_table
from hotelmate.surroundings import connected, look_around


@dataclass(frozen=True)
class Waiting:
    """A service's unpublished events: how many, and for how long the oldest has waited."""

    count: int
    oldest: timedelta | None


def outbox() -> None:
    """Show how many events of each service wait to be published, and for how long the oldest has."""
    around = look_around()
    rows = []
    for service in OWNERS:
        with connected(around.database_url(service)) as connection:
            waiting = unpublished(connection)
        rows.append((service, waiting.count, age(waiting.oldest) if waiting.oldest is not None else "-"))
    show_table(("service", "unpublished", "oldest"), rows)


def unpublished(connection: sa.Connection) -> Waiting:
    """What waits in this database's outbox."""
    statement = sa.select(
        sa.func.count(), sa.func.extract("epoch", sa.func.clock_timestamp() - sa.func.min(OUTBOX.c.recorded_at))
    ).where(OUTBOX.c.published_at.is_(None))
    count, seconds = connection.execute(statement).one()
    return Waiting(count, None if seconds is None else timedelta(seconds=float(seconds)))
