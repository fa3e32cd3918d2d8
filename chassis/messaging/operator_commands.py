"""Operators' commands on a service's inbox and outbox."""

import sqlalchemy as sa

from chassis.messaging import inbox
from chassis.refusal import Refusal
from chassis.transactions.tables import OUTBOX
from chassis.transactions.work import Work
from contracts.message import Nothing
from contracts.operations import EventsToPublish, PublishAgain, SkipEvent


def skip_event(command: SkipEvent, work: Work) -> Nothing:
    """Count an event as applied. Raises `Refusal` EARLIER_EVENTS while earlier ones are missing, unless forced."""
    event = command.event
    last = inbox.last_applied(work.connection, event)
    if last < event.sequence - 1 and not command.force:
        raise Refusal(
            "EARLIER_EVENTS",
            f"{event.subject} is at {last}: numbers {last + 1} to {event.sequence - 1} come before this event "
            "and would be skipped with it.",
        )
    inbox.skip(work.connection, event)
    return Nothing()


def publish_again(command: PublishAgain, work: Work) -> EventsToPublish:
    """Mark recently recorded events as unpublished, so that the relay publishes them again; returns their number."""
    lately = OUTBOX.c.recorded_at > sa.func.clock_timestamp() - sa.func.make_interval(0, 0, 0, 0, 0, 0, command.seconds)
    again = OUTBOX.update().where(lately, OUTBOX.c.published_at.is_not(None)).values(published_at=None)
    return EventsToPublish(count=work.connection.execute(again).rowcount)
