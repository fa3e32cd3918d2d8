"""Who asked for their bookings by e-mail, and which hotel's mail they were sent. Addresses stay here for two days."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from contracts.bookings import BookingStatus
from services.bookings.domain.booking import Booking
from services.bookings.store.bookings import JOINED, booking_of
from services.bookings.store.tables import BOOKING, GUEST, LOOKUP_MAIL, LOOKUP_REQUEST

KEPT = timedelta(days=2)
MOST_LINKS = 10


@dataclass(frozen=True, kw_only=True)
class LookupMail:
    """One mail to one address about one hotel's bookings."""

    id: str
    address: str
    hotel: str
    booking_ids: tuple[str, ...]


class Lookups:
    """Every lookup that still matters."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def ask_for(self, address: str, *, now: datetime) -> None:
        """Somebody wants this address mailed its links. The same statement, whoever has bookings."""
        row = {"address": address, "asked_at": now}
        self._connection.execute(insert(LOOKUP_REQUEST).values(row).on_conflict_do_nothing())

    def take(self) -> str | None:
        """The address that was asked for first, taken off the list."""
        first = sa.select(LOOKUP_REQUEST.c.address).order_by(LOOKUP_REQUEST.c.asked_at).limit(1)
        taken = LOOKUP_REQUEST.delete().where(
            LOOKUP_REQUEST.c.address.in_(first.with_for_update(skip_locked=True).scalar_subquery())
        )
        address: str | None = self._connection.execute(taken.returning(LOOKUP_REQUEST.c.address)).scalar()
        return address

    def of_address(self, address: str, *, ended_after: datetime) -> list[Booking]:
        """The submitted bookings of that address that still open for their guest, newest first."""
        rows = self._connection.execute(
            JOINED.where(
                _is_theirs(address),
                BOOKING.c.status != BookingStatus.DRAFT,
                BOOKING.c.ended_at.is_(None) | (BOOKING.c.ended_at > ended_after),
            ).order_by(BOOKING.c.created_at.desc())
        ).mappings()
        return [booking_of(row) for row in rows]

    def with_number(self, number: str, address: str | None) -> list[Booking]:
        """The booking of that confirmation number; where an address is given, only if it is its guest's."""
        wanted = JOINED.where(BOOKING.c.confirmation_number == number)
        if address is not None:
            wanted = wanted.where(_is_theirs(address))
        return [booking_of(row) for row in self._connection.execute(wanted).mappings()]

    def begin(self, mail: LookupMail, *, now: datetime, quiet_until: datetime) -> bool:
        """Whether this mail may go out: none about this hotel has been begun for the address in the quiet time."""
        row = {**vars(mail), "booking_ids": list(mail.booking_ids), "asked_at": now, "quiet_until": quiet_until}
        begun = insert(LOOKUP_MAIL).values(row).on_conflict_do_nothing().returning(LOOKUP_MAIL.c.id)
        return self._connection.execute(begun).first() is not None

    def find(self, lookup_id: str) -> LookupMail | None:
        """A mail that was begun."""
        row = self._connection.execute(sa.select(LOOKUP_MAIL).where(LOOKUP_MAIL.c.id == lookup_id)).first()
        if row is None:
            return None
        return LookupMail(id=row.id, address=row.address, hotel=row.hotel, booking_ids=tuple(row.booking_ids))

    def bookings_in(self, lookup_id: str) -> tuple[str, ...]:
        """The bookings that a mail named; none where it is unknown or forgotten."""
        mail = self.find(lookup_id)
        return mail.booking_ids if mail else ()

    def forget(self, now: datetime) -> None:
        """Let go of addresses that nothing depends on any more."""
        self._connection.execute(LOOKUP_MAIL.delete().where(LOOKUP_MAIL.c.asked_at < now - KEPT))


def _is_theirs(address: str) -> sa.ColumnElement[bool]:
    return sa.func.lower(GUEST.c.email).bool_op("=")(address)
