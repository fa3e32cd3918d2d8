"""A change of a stay that waits for its payment: what a booking stores of it."""

from datetime import date, datetime
from uuid import uuid4

from contracts.bookings.change_previews import ChangePreview
from contracts.bookings.stay_changes import RequestedChange
from contracts.data import Data
from contracts.values import Actor, Money

SEPARATOR = "~"


class PendingChange(Data):
    """A dearer change, whose added nights are held under its `id` until it is paid. `preview` is what it does.

    `amount` is what the guest pays for it, `expires_at` (UTC) the end of the time to pay. `session_id` is the open
    payment page. `payment_id` is the accepted payment, and `captured` the amount that was captured of it at `paid_at`;
    this money is the booking's only once the change is applied. `nights_held` counts the held nights.
    """

    id: str
    change: RequestedChange
    preview: ChangePreview
    amount: Money
    by: Actor
    held_at: datetime
    expires_at: datetime
    check_in: date
    check_out: date
    room_type_code: str
    adults: int
    children: int
    nights_held: int
    session_id: str | None = None
    payment_id: str | None = None
    captured: Money | None = None
    paid_at: datetime | None = None


def new_change_id(booking_id: str) -> str:
    """The id of a new change. It begins with the booking's id, and is greater, so that locks are taken ascending."""
    return f"{booking_id}{SEPARATOR}{uuid4().hex[:12]}"


def booking_of(hold_id: str) -> str:
    """The id of the booking that a hold is for: the hold's own id, or the first part of the id of a change."""
    return hold_id.partition(SEPARATOR)[0]
