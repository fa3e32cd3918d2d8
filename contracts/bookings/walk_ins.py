"""Walk-ins: guests who arrive without a booking."""

from datetime import date

from contracts.bookings.views import CreatedBooking, GuestDetails
from contracts.message import Command


class AddWalkIn(Command[CreatedBooking]):
    """Create a booking, confirm it without a card, assign the room and check the guest in, all at once.

    A `check_in` that is None means today; until the hotel's late-arrival cutoff `check_in` may be yesterday. A
    `check_out` that is None means one night. An `If-Match` refers to the room's version. Refused with a 422 code where
    the dates or the party are invalid, and `ROOM_NOT_FOUND`, `ROOM_NOT_BOOKABLE`, `ROOM_OVERLAP_CONFLICT`,
    `ROOM_OCCUPIED`, `ROOM_NOT_READY`, `SOLD_OUT`. A room that is too small for the party is refused `ROOM_TOO_SMALL`
    without `override`, which needs `can_override` (else `PERMISSION_DENIED`) and a `reason` (else `NOTE_REQUIRED`).
    The guest's e-mail address may be empty; no mail is sent then.
    """

    hotel: str
    room_number: str
    guest: GuestDetails
    check_in: date | None = None
    check_out: date | None = None
    adults: int = 1
    children: int = 0
    special_requests: str = ""
    override: bool = False
    reason: str = ""
