"""Feeds: the events of each subject are numbered 1 to n, and a booking's feed has as many as its version."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.bookings.queries import GetFeed
from contracts.catalogue import OWNERS
from tests.simulation.judging.judged_world import Breach, JudgedWorld

_NUMBERS = """
    SELECT subject, count(*) AS events, max(sequence) AS last, min(sequence) AS first FROM outbox
    GROUP BY subject HAVING count(*) <> max(sequence) OR min(sequence) <> 1
"""
FEED_PAGE = 200


def feed_gaps(world: JudgedWorld) -> Iterator[Breach]:
    """The feeds with a gap, in the outboxes and as the bookings service answers them."""
    for service in OWNERS:
        for row in world.sql(service, _NUMBERS):
            what = f"{row['events']} events, numbered {row['first']} to {row['last']}"
            yield Breach("feed", f"{service} {row['subject']}: {what}")
    ask = world.examination().ask
    for row in world.sql("bookings", "SELECT hotel, id, version FROM booking ORDER BY id"):
        after, numbers = 0, list[int]()
        while True:
            feed = ask("bookings", GetFeed(hotel=row["hotel"], booking_id=row["id"], after=after, limit=FEED_PAGE))
            numbers += [event.sequence for event in feed.events]
            if len(feed.events) < FEED_PAGE:
                break
            after = numbers[-1]
        if numbers != list(range(1, row["version"] + 1)):
            yield Breach("feed", f"{row['id']} is at version {row['version']}, its feed has {numbers}")
