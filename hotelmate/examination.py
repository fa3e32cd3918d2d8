"""An examination of the running system: every invariant asked, and asked again where it found something."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import sqlalchemy as sa

from contracts.catalogue import OWNERS
from hotelmate.invariants import CHECKS, Books, Finding, Parked
from hotelmate.parked import opened
from hotelmate.surroundings import Surroundings, reading

AT_REST, LATELY = timedelta(0), timedelta(seconds=30)
SECOND_LOOK = 2.0  # seconds after which what was merely under way has come to its end
MOST_LETTERS = 1_000

_BUSY = """
    SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NULL) OR EXISTS (
        SELECT FROM errand, clock WHERE done_at IS NULL AND gave_up_at IS NULL AND try_at <= clock_timestamp()
        AND (not_before IS NULL OR not_before <= clock_timestamp() + make_interval(secs => ahead_seconds))
    ) AS busy
"""


@dataclass(frozen=True)
class Verdict:
    """What one invariant came to: `holds`, `broken`, or `not judged` where that took too long."""

    name: str
    says: str
    verdict: str
    findings: tuple[Finding, ...] = ()


def says(name: str) -> str:
    """The invariant in a sentence."""
    first = (CHECKS[name].__doc__ or "").partition(": ")[2].splitlines()[0]
    return first.removesuffix(".").removesuffix(",")


def judged(
    books: Books, *, only: Collection[str] = (), pause: Callable[[float], None] = time.sleep
) -> Iterator[Verdict]:
    """Each invariant in turn. What is found counts if it is found again: two databases are never read at once."""
    for name, check in CHECKS.items():
        if only and name not in only:
            continue
        try:
            found = tuple(check(books))
            if found:
                pause(SECOND_LOOK)
                again = {(one.subject, one.what) for one in check(books)}
                found = tuple(one for one in found if (one.subject, one.what) in again)
        except sa.exc.OperationalError as problem:
            if not is_too_slow(problem):
                raise
            yield Verdict(name, says(name), "not judged")
            continue
        yield Verdict(name, says(name), "broken" if found else "holds", found)


def is_too_slow(problem: sa.exc.OperationalError) -> bool:
    """Whether the database gave a statement up because it took too long."""
    return getattr(problem.orig, "sqlstate", "") == "57014"


@contextmanager
def books_of(around: Surroundings, *, newest: int) -> Iterator[Books]:
    """The books of the running system, which nothing here can change. At rest, everything in them is judged."""
    with ExitStack() as open_ones:
        connections = {name: open_ones.enter_context(reading(around.database_url(name))) for name in OWNERS}
        waiting, parked = on_the_broker(around.amqp_url)
        books = Books(connections=connections, unrest=LATELY, parked=parked, newest=newest)
        busy = waiting or any(books.rows(name, _BUSY)[0].busy for name in connections)
        yield books if busy else replace(books, unrest=AT_REST)


def on_the_broker(amqp_url: str) -> tuple[bool, Sequence[Parked]]:
    """Whether anything waits in an inbox, and what lies in the dead-letter queues."""
    waiting, parked = False, []
    for service in OWNERS:
        with opened(amqp_url, service) as queue:
            waiting = waiting or queue.waiting() > 0
            for letter in queue.letters(most=MOST_LETTERS):
                event = letter.envelope
                about = (
                    {"type": event.type, "source": event.source, "subject": event.subject} if event is not None else {}
                )
                sequence = event.sequence if event is not None else 0
                parked.append(Parked(service=service, id=letter.id, sequence=sequence, **about))
    return waiting, parked
