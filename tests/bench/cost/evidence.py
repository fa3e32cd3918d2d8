"""What N operations must have left: N rows, and N of each push and mail. Another number fails the row."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.chaos.stand_ins import MailboxControl, PusherControl
from tests.bench.cost.work_counters import WorkCounters


@dataclass(frozen=True)
class Expected:
    """What one operation leaves: its booking in this status, these pushes to the guest, and this many mails."""

    status: str
    pushes: tuple[str, ...] = ()
    mails: int = 0


@dataclass(frozen=True)
class Observed:
    """What was counted: the bookings by status, the guest's pushes by name and booking, the mails by address."""

    statuses: Mapping[str, int]
    pushes: Mapping[tuple[str, str], int]
    mails: Mapping[str, int]


def mismatches(expected: Expected, observed: Observed, *, guests: Mapping[str, str]) -> list[str]:
    """What is missing or too many, a line each; `guests` are the mail addresses by booking id. Empty if all is right.

    Each booking must have its own: two mails to one guest do not make up for none to another.
    """
    lines = []
    if (count := observed.statuses.get(expected.status, 0)) != len(guests):
        lines.append(f"{count} of {len(guests)} bookings are {expected.status}: {dict(observed.statuses)}")
    for name in expected.pushes:
        lines += _wrong(f"pushes {name}", {booking: observed.pushes.get((name, booking), 0) for booking in guests}, 1)
    lines += _wrong("mails", {to: observed.mails.get(to, 0) for to in guests.values()}, expected.mails)
    return lines


def _wrong(what: str, counts: Mapping[str, int], each: int) -> list[str]:
    wrong = {of: count for of, count in counts.items() if count != each}
    if not wrong:
        return []
    one, count = next(iter(wrong.items()))
    return [f"{sum(counts.values())} {what} instead of {each * len(counts)}; {one} has {count}"]


@dataclass
class Witness:
    """Counts in the bookings' table and at the stand-ins. `mark` first: earlier pushes and mails do not count."""

    counters: WorkCounters
    pusher: PusherControl
    mailbox: MailboxControl
    _last_push: int = 0
    _last_mail: int = 0

    def mark(self) -> None:
        """Forget what has come so far."""
        self._last_push = max(
            (row["seq"] for row in self.pusher.events(after=self._last_push)), default=self._last_push
        )
        self._last_mail = max(
            (mail["id"] for mail in self.mailbox.mails(after=self._last_mail)), default=self._last_mail
        )

    def observe(self, bookings: Collection[str]) -> Observed:
        """What has come since the mark."""
        query = "SELECT status, count(*) FROM booking WHERE id = ANY (%(ids)s) GROUP BY status"
        return Observed(
            statuses=dict(self.counters.rows("bookings", query, {"ids": list(bookings)})),
            pushes=_pushes(self.pusher.events(after=self._last_push)),
            mails=Counter(to for mail in self.mailbox.mails(after=self._last_mail) for to in mail["to"]),
        )


def _pushes(events: Sequence[Mapping[str, Any]]) -> Counter[tuple[str, str]]:
    channel = "private-booking-"
    return Counter(
        (row["event"], row["channel"].removeprefix(channel)) for row in events if row["channel"].startswith(channel)
    )
