"""Booking lookups by e-mail address, and the mails sent for them. Addresses are deleted after two days."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.transactions.store import SqlStore
from contracts.bookings.status import BookingStatus
from services.bookings.domain.booking import Booking
from services.bookings.domain.lookups import LookupMail
from services.bookings.store.booking_rows import IN_ANY_HOTEL, JOINED, booking_of
from services.bookings.store.tables import BOOKING, DIRECTORY, GUEST, LOOKUP_MAIL, LOOKUP_REQUEST

DELETED_AFTER = timedelta(days=2)
_OLDEST = sa.select(LOOKUP_REQUEST.c.address).order_by(LOOKUP_REQUEST.c.asked_at).limit(1)
_TAKE_REQUEST = (  # a timer executes this each second
    LOOKUP_REQUEST.delete()
    .where(LOOKUP_REQUEST.c.address == _OLDEST.with_for_update(skip_locked=True).scalar_subquery())
    .returning(LOOKUP_REQUEST.c.address)
)


class SqlLookups(SqlStore):
    """Lookup requests and lookup mails."""

    def add_request(self, address: str, *, now: datetime) -> None:
        """Store a request. The SQL statement is the same whether or not the address has bookings."""
        row = {"address": address, "asked_at": now}
        self._connection.execute(insert(LOOKUP_REQUEST).values(row).on_conflict_do_nothing())

    def take_request(self) -> str | None:
        """Delete the oldest request; returns its address, or None if no request is stored."""
        address: str | None = self._connection.execute(_TAKE_REQUEST).scalar()
        return address

    def of_address(self, address: str, *, ended_after: datetime) -> list[Booking]:
        """The submitted bookings with this `address_key` and a valid guest token, newest first."""
        rows = self._connection.execute(
            JOINED.where(
                _has_address(address),
                BOOKING.c.status != BookingStatus.DRAFT,
                BOOKING.c.ended_at.is_(None) | (BOOKING.c.ended_at > ended_after),
            ).order_by(BOOKING.c.created_at.desc())
        ).mappings()
        return [booking_of(row) for row in rows]

    def with_number(self, number: str, address: str | None) -> list[Booking]:
        """The booking with the confirmation number. With `address`, the booking's guest must have this address."""
        statement = IN_ANY_HOTEL.where(DIRECTORY.c.confirmation_number == number)
        if address is not None:
            statement = statement.where(_has_address(address))
        return [booking_of(row) for row in self._connection.execute(statement).mappings()]

    def begin(self, mail: LookupMail, *, now: datetime, quiet_until: datetime) -> bool:
        """Insert the mail; returns False before the `quiet_until` of an earlier mail to its address about its hotel."""
        row = {**vars(mail), "booking_ids": list(mail.booking_ids), "asked_at": now, "quiet_until": quiet_until}
        begun = insert(LOOKUP_MAIL).values(row).on_conflict_do_nothing().returning(LOOKUP_MAIL.c.id)
        return self._connection.execute(begun).first() is not None

    def find(self, hotel: str, lookup_id: str) -> LookupMail | None:
        """The hotel's lookup mail with this id; None where the mail is unknown or deleted."""
        same = (LOOKUP_MAIL.c.hotel == hotel) & (LOOKUP_MAIL.c.id == lookup_id)
        row = self._connection.execute(sa.select(LOOKUP_MAIL).where(same)).first()
        if row is None:
            return None
        return LookupMail(id=row.id, address=row.address, hotel=row.hotel, booking_ids=tuple(row.booking_ids))

    def bookings_in(self, hotel: str, lookup_id: str) -> tuple[str, ...]:
        """The booking ids of the lookup mail; no ids where the mail is unknown or deleted."""
        mail = self.find(hotel, lookup_id)
        return mail.booking_ids if mail else ()

    def delete_old(self, now: datetime) -> None:
        """Delete mails that are older than two days."""
        self._connection.execute(LOOKUP_MAIL.delete().where(LOOKUP_MAIL.c.asked_at < now - DELETED_AFTER))


def _has_address(address: str) -> sa.ColumnElement[bool]:
    return GUEST.c.email_key == address
