"""Pushes and mails: each event that has one has it, in order, and no mail comes twice under another id."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from sandbox.chaos.client.acknowledgements import StayRecord
from sandbox.chaos.judge.reading import StayReading
from sandbox.chaos.judge.violation import ChaosViolation

PUSHES = {
    "BookingHeld": ("booking_created",),
    "BookingAwaitsApproval": ("payment_authorized",),
    "BookingApproved": ("booking_approved",),
    "BookingConfirmed": ("payment_success", "booking_confirmed"),
    "BookingDeclined": ("booking_declined",),
    "BookingCancelled": ("booking_cancelled",),
    "BookingExpired": ("booking_expired",),
    "BookingRefunded": ("refund_processed",),
    "RoomAssigned": ("room_assigned",),
    "GuestCheckedIn": ("booking_checked_in",),
    "GuestCheckedOut": ("booking_checked_out",),
    "ChatMessageSent": ("chat_message",),
    "StayChangeHeld": ("booking_change_pending",),
    "StayChangeLapsed": ("booking_change_lapsed",),
    "StayChanged": ("booking_changed",),
    "CheckInUndone": ("booking_check_in_undone",),
}
"""By event: its names on the channels of the hotel and of the booking, as the specification lists them."""

MAILS = {
    "BookingHeld": "Booking received - {booking}",
    "BookingAwaitsApproval": "Payment authorized — awaiting hotel confirmation ({booking})",
    "BookingConfirmed": "Booking Confirmed - {booking}",
    "BookingDeclined": "Booking Update - {booking}",
    "BookingCancelled": "Booking Cancelled - {booking}",
    "BookingExpired": "Booking Expired - {booking}",
    "BookingRefunded": "Refund processed - {booking}",
    "GuestCheckedIn": "Welcome to ",
    "GuestCheckedOut": "Thank you for staying at ",
    "StayChanged": "Booking changed - {booking}",
}
"""By event: the beginning of the subject of its mail."""


CHANNELS = ("private-booking-", "private-hotel-")


class PushLog:
    """The pushes that the provider received, by channel: names and event ids, and the events' numbers in order."""

    def __init__(self) -> None:
        self.events: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self.numbers: dict[str, list[int]] = defaultdict(list)

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add the rows that the stand-in returns, oldest first."""
        for row in rows:
            channel, data = row["channel"], row["data"] if isinstance(row["data"], dict) else {}
            if channel.startswith(CHANNELS) and "event_id" in data and _is_of_a_booking(data):
                self.events[channel].add((row["event"], data["event_id"]))
                self.numbers[channel].append(data["sequence"])


def check_pushes(record: StayRecord, reading: StayReading, log: PushLog) -> Iterator[ChaosViolation]:
    """Every event with a name on a channel of the hotel and of the booking reached both, never after a later one."""
    own = f"private-booking-{record.booking_id}"
    for channel in (own, f"private-hotel-{record.hotel}"):
        pushed = log.events.get(channel, ())
        for fact in reading.feed:
            for name in PUSHES.get(fact.kind, ()):
                if (name, fact.id) not in pushed and (record.by_card or name != "payment_success"):
                    yield _of(record, "each event is pushed", f"no {name} (event {fact.sequence}) on {channel}")
    numbers = log.numbers.get(own, ())
    if late := [(before, after) for before, after in pairwise(numbers) if after < before]:
        yield _of(record, "pushes are in order", f"{own}: {late[0][1]} after {late[0][0]}")


def check_mails(
    record: StayRecord, reading: StayReading, mails: Sequence[Mapping[str, Any]]
) -> Iterator[ChaosViolation]:
    """Every event with a mail has one message; a repetition has the same id."""
    subjects = {mail["message_id"]: str(mail["subject"]) for mail in mails}
    expected: Counter[str] = Counter()
    for fact in reading.feed:
        if text := MAILS.get(fact.kind):
            expected[text.format(booking=record.booking_id)] += 1
    for beginning, count in expected.items():
        actual = sum(subject.startswith(beginning) for subject in subjects.values())
        if actual != count:
            yield _of(record, "each event has its mail, once", f"{actual} of {count} “{beginning}”")


def _is_of_a_booking(data: Mapping[str, Any]) -> bool:
    """Whether the push is an event of a booking's own feed, whose numbers are in order."""
    return str(data.get("subject", "")).startswith("BK-")


def _of(record: StayRecord, check: str, what: str) -> ChaosViolation:
    return ChaosViolation(check, record.booking_id, what, record.last_at)
