"""Extensions: more nights for a guest in house."""

from datetime import date, datetime

from contracts.bookings.asks import BookingCommand
from contracts.bookings.events import BookingEvent
from contracts.values import Actor, Money


class ExtendBooking(BookingCommand):
    """Extend the stay of a guest in house to `new_check_out` or by `add_nights`; exactly one of the two is given.

    Refused `NOT_CHECKED_IN`, `VALIDATION_ERROR`, `BEYOND_HORIZON`; `EXTENSION_CONFLICT` and `SOLD_OUT` carry
    `conflicts` and `suggested_rooms`.
    """

    new_check_out: date | None = None
    add_nights: int | None = None


class StayExtended(BookingEvent):
    """The stay was extended. `amount` is the price of the added nights with tax, and is part of `balance_due`.

    `refund_at_desk` is negative where the price used up so much of what the desk had to give back.
    """

    room_number: str
    previous_check_out: date
    check_out: date
    nights_added: int
    checkout_deadline_at: datetime
    amount: Money
    total: Money
    balance_due: Money
    extended_at: datetime
    extended_by: Actor
    refund_at_desk: Money | None = None
