"""How a booking and its guest are read from their joined rows, and written to them."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from chassis.email_address import address_key, readable_address
from chassis.text import search_key
from contracts.bookings.overstays import Incident
from contracts.bookings.status import BookingSource, BookingStatus
from contracts.values import Money
from services.bookings.domain import deadlines
from services.bookings.domain.booking import Booking, Guest
from services.bookings.store.tables import BOOKING, DIRECTORY, GUEST

OF_CHANGES = ("authorized", "change_fees", "waived", "desk_refund_due", "desk_refunded", "extra_refunded")
AMOUNTS = ("captured", "refunded", "cancellation_fee", "refund_amount", "balance_due", "settled", "served", *OF_CHANGES)
OF_GUEST = tuple(field.name for field in fields(Guest))
OF_INCIDENT = tuple(field.name for field in fields(Incident))
_CONVERTED = {"guest", "status", "source", *AMOUNTS}
_PLAIN = tuple(field.name for field in fields(Booking) if field.name not in {*_CONVERTED, "revision"})
# The transaction that wrote the row; a lock does not change it.
REVISION = sa.cast(sa.literal_column("booking.xmin"), sa.Text).label("revision")
JOINED = sa.select(BOOKING, *(GUEST.c[name] for name in OF_GUEST)).join_from(
    BOOKING, GUEST, (GUEST.c.hotel == BOOKING.c.hotel) & (GUEST.c.booking_id == BOOKING.c.id)
)
IN_ANY_HOTEL = JOINED.join(DIRECTORY, (DIRECTORY.c.hotel == BOOKING.c.hotel) & (DIRECTORY.c.booking_id == BOOKING.c.id))


def _from_parameters(table: sa.Table, columns: Iterable[sa.Column[Any]]) -> sa.Insert:
    """An insert whose parameters are named `<table>_<column>`."""
    named = {column.name: sa.bindparam(f"{table.name}_{column.name}", type_=column.type) for column in columns}
    return sa.insert(table).values(named)


# Built once: the statement has some seventy parameters.
ADD = _from_parameters(GUEST, GUEST.c).add_cte(
    _from_parameters(BOOKING, (column for column in BOOKING.c if column.name != "action_due_at")).cte("made"),
    _from_parameters(DIRECTORY, (column for column in DIRECTORY.c if column.name != "former_token_hash")).cte("listed"),
)


def booking_of(row: Any) -> Booking:
    """The booking from its row, which is joined with the guest's row."""
    guest = Guest(**{name: row[name] for name in OF_GUEST})
    amounts: dict[str, Any] = {
        name: None if row[name] is None else Money(row[name], row["currency"]) for name in AMOUNTS
    }
    return Booking(
        **{name: row[name] for name in _PLAIN},
        **amounts,
        guest=guest,
        status=BookingStatus(row["status"]),
        source=BookingSource(row["source"]),
    )


def row_of(booking: Booking) -> dict[str, Any]:
    """A booking's row without `action_due_at`, which the store sets by the database's clock."""
    amounts: dict[str, Money | None] = {name: getattr(booking, name) for name in AMOUNTS}
    return {
        **{name: getattr(booking, name) for name in _PLAIN},
        **{name: None if money is None else money.amount for name, money in amounts.items()},
        "status": booking.status,
        "source": booking.source,
        "total_amount": booking.total.amount,
        "currency": booking.total.currency,
        "timezone": booking.timezone,
        "due_at": deadlines.due_at(booking),
        "change_due_at": deadlines.change_due_at(booking),
    }


def search_keys(booking: Booking) -> dict[str, str]:
    """The columns by which a guest is found: `search` by staff, `email_key` by the guest."""
    name, email = booking.guest.name, booking.guest.email
    addresses = " ".join(dict.fromkeys((email, readable_address(email))))
    return {
        "search": search_key(f"{name} {addresses} {booking.id} {booking.confirmation_number}"),
        "email_key": address_key(email),
    }
