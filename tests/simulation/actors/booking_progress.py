"""The front desk takes one booking of the hotel to the next step on its ordinary way to the check-out."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.bookings.queries import ListBookings
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import BookingRow
from tests.simulation.actors.arrivals import receive_guest, walk_in
from tests.simulation.actors.colleague import Colleague, Step
from tests.simulation.actors.decisions import decide_on
from tests.simulation.actors.departures import check_out_guest

NEXT_STEP: Mapping[BookingStatus, Step] = {
    BookingStatus.IN_HOUSE: check_out_guest,
    BookingStatus.CONFIRMED: receive_guest,
    BookingStatus.PENDING_APPROVAL: decide_on,
}


def advance_booking(colleague: Colleague) -> None:
    """Take a booking one step on; where no booking is due, receive a walk-in."""
    query = ListBookings(hotel=colleague.hotel.slug, status=tuple(map(str, NEXT_STEP)))
    booking = colleague.client.one_of(
        "booking", query, lambda bookings: [each for each in bookings.results if _is_due(colleague, each)]
    )
    if booking:
        NEXT_STEP[booking.status](colleague, booking)
    elif colleague.chance("somebody walks in", 0.85):
        walk_in(colleague)


def _is_due(colleague: Colleague, booking: BookingRow) -> bool:
    return booking.status is not BookingStatus.CONFIRMED or booking.check_in <= colleague.today
