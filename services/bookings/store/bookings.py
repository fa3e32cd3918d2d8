"""Bookings with their guests and overstay incidents. A booking and its guest are read and locked together."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database.errors import constraint_of
from chassis.refusal import Refusal
from chassis.transactions.store import SqlStore
from contracts.bookings.overstays import Incident
from services.bookings.domain.booking import Booking, ChangedMeanwhile, Guest
from services.bookings.domain.booking_names import NameTaken
from services.bookings.domain.pending_action import PendingAction
from services.bookings.store import booking_statements as statements
from services.bookings.store.booking_rows import (
    ADD,
    OF_GUEST,
    OF_INCIDENT,
    booking_of,
    row_of,
    search_keys,
)
from services.bookings.store.tables import DIRECTORY, GUEST, OVERSTAY

LEASE = timedelta(seconds=15)
IDS = frozenset({"booking_pkey", "guest_pkey", "booking_directory_pkey", "booking_directory_token_hash_key"})
NAMES = IDS | {"booking_directory_confirmation_number_key"}
STALE_AFTER = timedelta(seconds=6)  # longer than the deadline of an ask
_LOCK_ALL = sa.text("""
SELECT FROM booking
WHERE (hotel, id) IN (SELECT * FROM unnest(CAST(:hotels AS text[]), CAST(:ids AS text[])))
ORDER BY hotel, id FOR UPDATE
""")
_DELETE_DRAFTS = sa.text("""
WITH draft AS (
    SELECT hotel, id FROM booking WHERE expiry_reason = 'DRAFT_ABANDONED' AND ended_at < :before
    ORDER BY ended_at LIMIT 500 FOR UPDATE SKIP LOCKED
), code AS (
    DELETE FROM access_code c USING draft WHERE c.hotel = draft.hotel AND c.booking_id = draft.id
), amended AS (
    DELETE FROM amendment a USING draft WHERE a.hotel = draft.hotel AND a.booking_id = draft.id
), remarked AS (
    DELETE FROM remark r USING draft WHERE r.hotel = draft.hotel AND r.subject = draft.id
), contact AS (
    DELETE FROM guest g USING draft WHERE g.hotel = draft.hotel AND g.booking_id = draft.id
), listed AS (
    DELETE FROM booking_directory d USING draft WHERE d.booking_id = draft.id
)
DELETE FROM booking b USING draft WHERE b.hotel = draft.hotel AND b.id = draft.id
""")


class SqlBookings(SqlStore):
    """Every booking of every hotel."""

    _expected_revision = ""

    def find(self, hotel: str, booking_id: str) -> Booking | None:
        """The hotel's booking, read without a lock."""
        return self._one(statements.FIND, of_hotel=hotel, of_id=booking_id)

    def find_in_any_hotel(self, booking_id: str) -> Booking | None:
        """The booking, read without a lock, where its hotel is not known."""
        return self._one(statements.FIND_IN_ANY_HOTEL, of_id=booking_id)

    def find_all(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Booking]:
        """The bookings with these hotels and ids, read without a lock, by hotel and id."""
        params = {"of_hotels": [hotel for hotel, _ in keys], "of_ids": [booking_id for _, booking_id in keys]}
        rows = self._connection.execute(statements.FIND_ALL, params).mappings()
        return {(row["hotel"], row["id"]): booking_of(row) for row in rows}

    def find_by_token(self, token_hash: str) -> Booking | None:
        """The booking whose guest has this token, read without a lock."""
        return self._one(statements.FIND_BY_TOKEN, token_hash=token_hash)

    def lock(self, hotel: str, booking_id: str) -> Booking | None:
        """The hotel's booking, locked until the transaction ends."""
        return self._one(statements.LOCK, of_hotel=hotel, of_id=booking_id)

    def lock_all(self, keys: Collection[tuple[str, str]]) -> None:
        """Lock the bookings with these hotels and ids, ascending, until the transaction ends."""
        hotels, ids = zip(*sorted(keys), strict=True)
        self._connection.execute(_LOCK_ALL, {"hotels": list(hotels), "ids": list(ids)})

    def lock_due(self, now: datetime) -> Booking | None:
        """Lock the booking with the earliest passed deadline. Skips locked bookings and those with a pending action."""
        return self._one(statements.LOCK_DUE, now=now)

    def lock_change_due(self, now: datetime) -> Booking | None:
        """Lock the booking whose change that waits is due first; skips locked ones and those with a pending action."""
        return self._one(statements.LOCK_CHANGE_DUE, now=now)

    def lock_overstaying(self, now: datetime) -> Booking | None:
        """Lock the stay with the earliest due overstay alert; skips stays that are locked or have a pending action."""
        return self._one(statements.LOCK_OVERSTAYING, now=now)

    def lock_stale(self) -> Booking | None:
        """Lock the booking whose pending action is due first, and lease the action for 15 seconds."""
        booking = self._one(statements.LOCK_STALE)
        if booking:
            self._postpone(booking, LEASE)
        return booking

    def add(self, booking: Booking) -> None:
        """Insert a booking and its guest. Raises `NameTaken` where the id or the confirmation number is taken."""
        guest = {name: getattr(booking.guest, name) for name in OF_GUEST}
        guest |= {"booking_id": booking.id, "hotel": booking.hotel, **search_keys(booking)}
        values = {f"booking_{name}": value for name, value in row_of(booking).items()}
        values |= {f"guest_{name}": value for name, value in guest.items()}
        listed = {
            **booking.about,
            "confirmation_number": booking.confirmation_number,
            "token_hash": guest["token_hash"],
        }
        values |= {f"booking_directory_{name}": value for name, value in listed.items()}
        try:
            self._connection.execute(ADD, values)
        except sa.exc.IntegrityError as problem:
            constraint = constraint_of(problem)
            if constraint in NAMES:
                raise NameTaken(constraint, is_booking_id=constraint in IDS) from problem
            raise

    def save(self, before: Booking, after: Booking) -> None:
        """Update the changed columns. Refused `BOOKING_CHANGED` where the stored version is not that of `before`."""
        old, new = row_of(before), row_of(after)
        changes = {name: value for name, value in new.items() if value != old[name]}
        if before.pending and not after.pending:
            changes["due_after"] = None
        if changes:
            self._update(before, **changes)
        if after.overstay and after.overstay != before.overstay:
            self._save_incident(after, after.overstay)
        if after.guest != before.guest:
            self._save_guest(before.guest, after)

    def begin_action(self, booking: Booking, action: PendingAction) -> Booking:
        """Store the action. Refused `ACTION_IN_PROGRESS`, and `BOOKING_CHANGED` if the stored version differs."""
        if booking.pending:
            raise Refusal("ACTION_IN_PROGRESS", "Something else is being done with this booking.")
        begun = self._update(booking, pending=action, due_after=STALE_AFTER)
        return replace(booking, pending=action, counted_by=begun.counted_by, revision=begun.revision)

    def expect_unchanged(self, booking: Booking) -> None:
        """Make the transaction's first change of a booking raise `ChangedMeanwhile` unless its row is at this revision.

        The booking then needs neither a lock nor another read before the change, which has to come before the
        transaction locks anything else. After a `ChangedMeanwhile`, the transaction must be rolled back.
        """
        self._expected_revision = booking.revision

    def postpone_action(self, booking: Booking, *, seconds: float) -> None:
        """Make the pending action due in so many seconds."""
        self._postpone(booking, timedelta(seconds=seconds))

    def delete_drafts(self, *, ended_before: datetime) -> bool:
        """Delete up to 500 expired drafts that ended before this time; returns False where there is no such draft."""
        return self._connection.execute(_DELETE_DRAFTS, {"before": ended_before}).rowcount > 0

    def replace_token(self, booking: Booking, token_hash: str) -> None:
        """Store the hash of the same token under another key, unless the token was revoked or replaced meanwhile.

        The booking is found by the former token, too.
        """
        former = booking.guest.token_hash
        own = (GUEST.c.hotel == booking.hotel) & (GUEST.c.booking_id == booking.id) & (GUEST.c.token_hash == former)
        if self._connection.execute(GUEST.update().where(own).values(token_hash=token_hash)).rowcount:
            listed = DIRECTORY.update().where(DIRECTORY.c.booking_id == booking.id)
            self._connection.execute(listed.values(token_hash=token_hash, former_token_hash=former))

    def guest_names(self, hotel: str, booking_ids: tuple[str, ...]) -> dict[str, str]:
        """The guests' names, keyed by booking id, for bookings of this hotel."""
        rows = self._connection.execute(statements.GUEST_NAMES, {"of_hotel": hotel, "of_ids": list(booking_ids)})
        return {row.booking_id: f"{row.first_name} {row.last_name}".strip() for row in rows}

    def in_house_in(self, hotel: str, room_numbers: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The bookings in house, keyed by room number. Two bookings in house in one room are an inconsistency."""
        rows = self._connection.execute(statements.IN_HOUSE_IN, {"of_hotel": hotel, "of_rooms": list(room_numbers)})
        by_room: dict[str, tuple[str, ...]] = {}
        for room_number, booking_id in rows:
            by_room[room_number] = (*by_room.get(room_number, ()), booking_id)
        return by_room

    def _save_guest(self, before: Guest, after: Booking) -> None:
        guest = {name: getattr(after.guest, name) for name in OF_GUEST}
        of = {"of_hotel": after.hotel, "of_id": after.id}
        self._connection.execute(statements.UPDATE_GUEST, {**of, **search_keys(after), **guest})
        if after.guest.token_hash != before.token_hash:
            listed = DIRECTORY.update().where(DIRECTORY.c.booking_id == after.id)
            self._connection.execute(listed.values(token_hash=after.guest.token_hash, former_token_hash=None))

    def _save_incident(self, booking: Booking, incident: Incident) -> None:
        row = {name: getattr(incident, name) for name in OF_INCIDENT}
        added = insert(OVERSTAY).values(**booking.about, **row)
        self._connection.execute(added.on_conflict_do_update(index_elements=["hotel", "id"], set_=row))

    def _one(self, statement: sa.Select[Any], **values: Any) -> Booking | None:
        row = self._connection.execute(statement, values).mappings().first()
        return booking_of(row) if row else None

    def _postpone(self, booking: Booking, due_after: timedelta) -> None:
        values = {"of_hotel": booking.hotel, "of_id": booking.id, "due_after": due_after}
        self._connection.execute(statements.POSTPONE, values)

    def _update(self, read: Booking, **changes: Any) -> Any:
        """Update the row of the version that was read; returns the row's `revision` and `counted_by`.

        `changes` are columns and, where the pending action begins or ends, `due_after`.
        """
        of = {"of_hotel": read.hotel, "of_id": read.id, "of_version": read.version}
        expected, self._expected_revision = self._expected_revision, ""
        if expected:
            of["of_revision"] = expected
        update = statements.update(at_revision=bool(expected), with_action="due_after" in changes)
        row = self._connection.execute(update, {**of, **changes}).one_or_none()
        if row is None and expected:
            raise ChangedMeanwhile(read.id)
        if row is None:
            raise Refusal("BOOKING_CHANGED", "Somebody else has just changed this booking.")
        return row
