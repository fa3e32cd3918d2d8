"""What events change without a read: pending actions, holds, deliveries and due checks, just before the commit."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from chassis import codec
from chassis.transactions.records import WriteLate
from contracts.bookings.communications import DeliveryStatus
from contracts.notifier.events import NoticeGaveUp, NoticeSent
from services.bookings.lifecycle import WITHOUT_NIGHTS
from services.bookings.store.holds import CHECK_AFTER

EXPEDITED_AFTER = timedelta(seconds=1)

EXPEDITE = """
UPDATE booking SET action_due_at = least(pending.action_due_at, now() + :expedited_after)
FROM (
    SELECT booking.hotel, booking.id, booking.action_due_at FROM booking
    JOIN unnest(CAST(:expedited_hotels AS text[]), CAST(:expedited_ids AS text[]), CAST(:expedited_actions AS text[]))
        AS given (hotel, id, action) ON given.hotel = booking.hotel AND given.id = booking.id
    WHERE booking.pending ->> 'id' = given.action AND {after}
    ORDER BY booking.hotel, booking.id FOR NO KEY UPDATE OF booking SKIP LOCKED
) AS pending
WHERE booking.hotel = pending.hotel AND booking.id = pending.id
"""
# A booking that is locked by a transaction which calls it off is waited for, and its status compared after that.
HOLD = """
INSERT INTO hold (hotel, booking_id, held_at, check_at)
SELECT given.hotel, given.booking_id, given.held_at,
    CASE WHEN needed.id IS NULL THEN now() + :checked_after END
FROM jsonb_to_recordset(CAST(:held AS jsonb)) AS given (hotel text, booking_id text, held_at timestamptz)
LEFT JOIN (
    SELECT hotel, id FROM booking
    WHERE (hotel, id) IN (SELECT * FROM unnest(CAST(:held_hotels AS text[]), CAST(:held_ids AS text[])))
    AND status <> ALL (CAST(:without_nights AS text[])) AND {after}
    ORDER BY hotel, id FOR SHARE
) AS needed ON needed.hotel = given.hotel AND needed.id = given.booking_id
WHERE {after} ORDER BY given.hotel, given.booking_id
ON CONFLICT (hotel, booking_id) DO UPDATE SET held_at = excluded.held_at, check_at = excluded.check_at
"""
# A row that is inserted after the statement's snapshot is not found. No hold is: its event comes before that of its
# release on one queue, and is acknowledged once committed. Events that come again are applied by locked positions, so
# that the snapshot is newer than the hold.
RELEASE = """
DELETE FROM hold WHERE (hotel, booking_id) IN (
    SELECT * FROM unnest(CAST(:released_hotels AS text[]), CAST(:released_ids AS text[]))
) AND {after}
"""
DELIVER = """
INSERT INTO communication AS stored
    (booking_id, hotel, notice_id, occasion, medium, subject, delivery_status, failure_reason, at)
SELECT booking_id, hotel, notice_id, occasion, medium, subject, delivery_status, failure_reason, at
FROM jsonb_to_recordset(CAST(:deliveries AS jsonb)) AS given (
    booking_id text, hotel text, notice_id text, occasion text, medium text, subject text, delivery_status text,
    failure_reason text, at timestamptz
) WHERE {after} ORDER BY hotel, notice_id, booking_id
ON CONFLICT (hotel, notice_id, booking_id) DO UPDATE SET
    delivery_status = excluded.delivery_status, failure_reason = excluded.failure_reason, at = excluded.at,
    subject = coalesce(nullif(excluded.subject, ''), stored.subject)
"""

MARK = """
INSERT INTO room_plan_check (hotel, due_at, marks)
SELECT hotel, :marked_at, 1 FROM unnest(CAST(:marked AS text[])) AS given (hotel) WHERE {after} ORDER BY hotel
ON CONFLICT (hotel) DO UPDATE SET marks = room_plan_check.marks + 1,
    due_at = least(room_plan_check.due_at, excluded.due_at)
"""


class SqlEventEffects:
    """The effects of the events of one transaction, each of which `write` writes by one statement."""

    def __init__(self) -> None:
        self._actions: dict[tuple[str, str, str], None] = {}  # in the order of the events
        self._holds: dict[tuple[str, str], datetime | None] = {}  # by hotel and booking; None: released
        self._deliveries: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._marked: dict[str, datetime] = {}

    def expedite_action(self, hotel: str, booking_id: str, *, action_id: str) -> None:
        """Make the action due within a second, if it is pending and its booking is not locked.

        Who has locked the booking is usually about to end the action. Else the action is due at its former time.
        """
        self._actions[hotel, booking_id, action_id] = None

    def hold(self, hotel: str, booking_id: str, held_at: datetime) -> None:
        """Store a hold. Where no written booking needs the nights, schedule the hold's check for a minute from now."""
        self._holds[hotel, booking_id] = held_at

    def release(self, hotel: str, booking_id: str) -> None:
        """Delete a hold that the rooms service has released."""
        self._holds[hotel, booking_id] = None

    def check_room_plan(self, hotel: str, *, now: datetime) -> None:
        """Make the check of the hotel's room plan due at the domain's time `now`, and its last plan outdated."""
        self._marked[hotel] = now

    def deliver(
        self, notice: NoticeSent | NoticeGaveUp, booking_ids: Sequence[str], *, at: datetime, failure: str | None
    ) -> None:
        """Store that a push or mail was delivered, or the reason why its delivery failed."""
        for booking_id in booking_ids:
            key = notice.hotel, notice.notice_id, booking_id
            headline = self._deliveries.get(key, {}).get("subject", "")
            self._deliveries[key] = {
                **{name: getattr(notice, name) for name in ("hotel", "notice_id", "occasion", "medium")},
                "booking_id": booking_id,
                "subject": notice.headline or headline,
                "delivery_status": DeliveryStatus.FAILED if failure else DeliveryStatus.SENT,
                "failure_reason": failure,
                "at": at,
            }

    def write(self, write: WriteLate) -> None:
        """Write the effects, once."""
        if held := {key: held_at for key, held_at in self._holds.items() if held_at}:
            rows = [{"hotel": hotel, "booking_id": id_, "held_at": at} for (hotel, id_), at in held.items()]
            values = {"held": codec.encode(rows).decode(), "without_nights": sorted(WITHOUT_NIGHTS)}
            write(HOLD, {**_ids("held", held), **values, "checked_after": CHECK_AFTER})
        if self._actions:  # after the holds: a row that its own statement has changed is not found by their lock
            actions = {"expedited_actions": [action_id for *_, action_id in self._actions]}
            write(EXPEDITE, {**_ids("expedited", self._actions), **actions, "expedited_after": EXPEDITED_AFTER})
        if released := [key for key, held_at in self._holds.items() if held_at is None]:
            write(RELEASE, _ids("released", released))
        if self._deliveries:
            write(DELIVER, {"deliveries": codec.encode(list(self._deliveries.values())).decode()})
        if self._marked:
            write(MARK, {"marked": sorted(self._marked), "marked_at": min(self._marked.values())})
        self._actions, self._holds, self._deliveries, self._marked = {}, {}, {}, {}


def _ids(name: str, keys: Iterable[tuple[str, ...]]) -> dict[str, list[str]]:
    """The parameters `…_hotels` and `…_ids`."""
    pairs = [key[:2] for key in keys]
    return {f"{name}_hotels": [hotel for hotel, _ in pairs], f"{name}_ids": [booking_id for _, booking_id in pairs]}
