"""Changes of booked stays, by guests and by staff: a look at the preview, then mostly the change itself.

Where the change is paid first, its guest pays, or does not; staff may do something else with the booking meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from contracts.bookings.asks import CancelBooking
from contracts.bookings.change_previews import ChangePreview
from contracts.bookings.status import BookingStatus
from contracts.bookings.stay_changes import (
    ChangeBooking,
    ExpectedChange,
    PreviewChange,
    Reprice,
    RequestedChange,
)
from contracts.bookings.stays import MarkNoShow
from contracts.bookings.views import BookingDetail, BookingRow
from contracts.values import Permission
from tests.simulation.actors.actor_world import ActorWorld
from tests.simulation.actors.arrivals import receive_guest
from tests.simulation.actors.client import Client, weighted
from tests.simulation.actors.colleague import Colleague
from tests.simulation.actors.guest_profiles import PROMO_CODE
from tests.simulation.actors.guests import Trip

CHANGEABLE_STATUSES = (
    BookingStatus.PENDING_PAYMENT, BookingStatus.PENDING_APPROVAL, BookingStatus.CONFIRMED, BookingStatus.IN_HOUSE,
)  # fmt: skip
WISHES = {
    "shorter": 3, "longer": 8, "later": 3, "arrives later": 2, "another type": 2, "party": 2, "promotion": 1, "": 1,
}  # fmt: skip
DAY = timedelta(days=1)


def change_own_stay(trip: Trip) -> None:
    """Change the guest's own booking."""
    if booking := trip.look():
        _change(trip.client, trip.about, _wish(trip.world, booking))


def change_stay(colleague: Colleague) -> None:
    """Change a booking: sometimes with all nights at the present price, or with a waiver of the difference."""
    booking = colleague.a_booking(*CHANGEABLE_STATUSES)
    if booking is None:
        return
    wish = _wish(colleague.world, booking)
    if colleague.chance("all nights anew", 0.15):
        wish["reprice"] = Reprice.ALL
    permitted = Permission.OVERRIDE in colleague.client.context.caller.permissions
    if colleague.chance("waives the difference", 0.4 if permitted else 0.03):
        wish |= {"waive_difference": True, "reason": "As agreed."}
    changed = _change(colleague.client, colleague.about(booking), wish)
    if changed and changed.pending_change and (step := weighted(colleague.world, "meanwhile", MEANWHILE)):
        step(colleague, booking)


def _cancel(colleague: Colleague, booking: BookingRow) -> None:
    colleague.client.command(CancelBooking(**colleague.about(booking), reason="Flooded."))


def _mark_no_show(colleague: Colleague, booking: BookingRow) -> None:
    colleague.client.command(MarkNoShow(**colleague.about(booking), reason="Ash cloud."))


def _change_again(colleague: Colleague, booking: BookingRow) -> None:
    """Another change in place of the one that waits, or the stay as it is."""
    wish = {} if colleague.chance("as it is", 0.3) else _wish(colleague.world, booking)
    _change(colleague.client, colleague.about(booking), wish)


MEANWHILE: Mapping[Callable[[Colleague, BookingRow], None] | None, int] = {
    None: 10, receive_guest: 3, _change_again: 2, _cancel: 1, _mark_no_show: 1,
}  # fmt: skip


def _change(client: Client, about: dict[str, Any], wish: dict[str, Any]) -> BookingDetail | None:
    """Look at the preview, and ask for the change; seldom for one that the preview refuses.

    Returns the booking, whose change may wait for its payment; None where nothing has changed.
    """
    choices, change = client.world.choices, RequestedChange(**wish)
    preview = client.read(PreviewChange(**about, change=change))
    if preview is None or not (preview.allowed or choices.chance("tries anyway", 0.2)):
        return None
    expected = _expected(preview) if choices.chance("as previewed", 0.6) else ExpectedChange()
    return client.command(ChangeBooking(**about, change=change, expected=expected))


def _expected(preview: ChangePreview) -> ExpectedChange:
    total, difference = preview.new_total, preview.difference
    return ExpectedChange(
        total=None if total is None else total.text,
        fee=preview.fee.text,
        difference=None if difference is None else difference.text,
        settlement=preview.settlement,
    )


def _wish(world: ActorWorld, booking: BookingDetail | BookingRow) -> dict[str, Any]:
    """The fields of the requested change; none where the booking is to stay as it is."""
    choices = world.choices
    match weighted(world, "wish", WISHES):
        case "shorter":
            return {"check_out": booking.check_out - DAY}
        case "longer":
            return {"check_out": booking.check_out + DAY * choices.pick("nights more", (1, 2))}
        case "later":
            days = DAY * choices.pick("days later", (1, 3, -1))
            return {"check_in": booking.check_in + days, "check_out": booking.check_out + days}
        case "arrives later":
            return {"check_in": booking.check_in + DAY}
        case "another type":
            return {"room_type_code": "SGL" if booking.room_type_code == "DBL" else "DBL"}
        case "party":
            return {"adults": choices.pick("adults", (1, 2, 3))}
        case "promotion":
            return {"removes_promo": True} if choices.chance("takes it off", 0.3) else {"promo_code": PROMO_CODE}
        case _:
            return {}
