"""Changes of booked stays, by guests and by staff: a look at the preview, then mostly the change itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from contracts.bookings.change_previews import ChangePreview
from contracts.bookings.status import BookingStatus
from contracts.bookings.stay_changes import (
    ChangeBooking,
    ExpectedChange,
    PreviewChange,
    Reprice,
    RequestedChange,
)
from contracts.bookings.views import BookingDetail, BookingRow
from contracts.values import Permission
from tests.simulation.actors.actor_world import ActorWorld
from tests.simulation.actors.client import Client, weighted
from tests.simulation.actors.colleague import Colleague
from tests.simulation.actors.guest_profiles import PROMO_CODE
from tests.simulation.actors.guests import Trip

CHANGEABLE_STATUSES = (
    BookingStatus.PENDING_PAYMENT, BookingStatus.PENDING_APPROVAL, BookingStatus.CONFIRMED, BookingStatus.IN_HOUSE,
)  # fmt: skip
WISHES = {
    "shorter": 4, "longer": 4, "later": 3, "arrives later": 2, "another type": 2, "party": 2, "promotion": 1, "": 1,
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
    _change(colleague.client, colleague.about(booking), wish)


def _change(client: Client, about: dict[str, Any], wish: dict[str, Any]) -> None:
    """Look at the preview, and ask for the change; seldom for one that the preview refuses."""
    choices, change = client.world.choices, RequestedChange(**wish)
    preview = client.read(PreviewChange(**about, change=change))
    if preview is None or not (preview.allowed or choices.chance("tries anyway", 0.2)):
        return
    expected = _expected(preview) if choices.chance("as previewed", 0.6) else ExpectedChange()
    client.command(ChangeBooking(**about, change=change, expected=expected))


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
