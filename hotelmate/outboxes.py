"""`hotelmate outbox`: what each service has recorded and the broker has not confirmed yet."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import sqlalchemy as sa
import typer

from chassis.transactions.tables import OUTBOX
from contracts.catalogue import OWNERS
from hotelmate.clock import parse_span
from hotelmate.screen import age, show_table
from hotelmate.surroundings import connected, look_around
from hotelmate.trouble import Trouble

A_MONTH = 30 * 24 * 3600


@dataclass(frozen=True)
class Waiting:
    """A service's unpublished events: how many, and for how long the oldest has waited."""

    count: int
    oldest: timedelta | None


def outbox(
    *,
    publish_again: Annotated[
        str,
        typer.Option(
            metavar="SPAN", help="Have what was recorded within this time published once more: 45m, 3h, 2d, 1h30m."
        ),
    ] = "",
) -> None:
    """Show how many events of each service wait to be published, and for how long the oldest has.

    Publishing again is for a broker that has lost its data: whoever has heard an event ignores it, whoever has not
    catches up. Up to a month back; what listeners have forgotten since they still know by its number.
    """
    around = look_around()
    seconds = parse_span(publish_again) if publish_again else 0
    if seconds > A_MONTH:
        raise Trouble("What is older than 30 days is not published again.")
    rows = []
    for service in OWNERS:
        with connected(around.database_url(service)) as connection:
            if seconds:
                unpublish(connection, within=timedelta(seconds=seconds))
            waiting = unpublished(connection)
        rows.append((service, waiting.count, age(waiting.oldest) if waiting.oldest is not None else "-"))
    show_table(("service", "unpublished", "oldest"), rows)


def unpublish(connection: sa.Connection, *, within: timedelta) -> int:
    """Have the relay carry what was recorded so lately once more; how many events that is."""
    lately = OUTBOX.c.recorded_at > sa.func.clock_timestamp() - within
    again = OUTBOX.update().where(lately, OUTBOX.c.published_at.is_not(None)).values(published_at=None)
    return int(connection.execute(again).rowcount)


def unpublished(connection: sa.Connection) -> Waiting:
    """What waits in this database's outbox."""
    statement = sa.select(
        sa.func.count(), sa.func.extract("epoch", sa.func.clock_timestamp() - sa.func.min(OUTBOX.c.recorded_at))
    ).where(OUTBOX.c.published_at.is_(None))
    count, seconds = connection.execute(statement).one()
    return Waiting(count, None if seconds is None else timedelta(seconds=float(seconds)))
