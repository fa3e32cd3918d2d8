"""A batch of mails: one for each of six bookings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from contracts.bookings.approval import BookingConfirmed
from sandbox.mailbox.stand_in import MailboxStandIn
from tests.unit.notifier.samples import envelope_of, sample

if TYPE_CHECKING:
    from tests.interface.notifier.conftest import Notifier

BOOKINGS = tuple(f"BK-2027-ABC23{number}" for number in range(6))


def address(booking_id: str) -> str:
    return f"guest-{booking_id.lower()}@example.org"


def deliver(notifier: Notifier, bookings: Sequence[str] = BOOKINGS) -> None:
    notifier.deliver(*(envelope_of(sample(BookingConfirmed, booking_id=each)) for each in bookings))


def send(notifier: Notifier, *, rounds: int = 1) -> None:
    """Run every open mail job, so many times."""
    for _ in range(rounds):
        notifier.make_jobs_due()
        run_once(notifier)


def run_once(notifier: Notifier) -> None:
    """Run the mail jobs that are due, as one batch."""
    if due := notifier.jobs["SendMail"].claim():
        notifier.jobs["SendMail"].run(due)


def times_sent(mailbox: MailboxStandIn) -> list[int]:
    """How often the mail of each booking has arrived."""
    arrived = Counter(mail["to"][0] for mail in mailbox.messages())
    return [arrived[address(booking_id)] for booking_id in BOOKINGS]


def statuses(notifier: Notifier) -> list[str]:
    """The status of each booking's mail."""
    rows = notifier.sql("SELECT booking_id, status FROM notice WHERE medium = 'mail' ORDER BY booking_id")
    assert [row[0] for row in rows] == list(BOOKINGS)
    return [row[1] for row in rows]
