"""Changes of a booking: the offer of the rooms service, the result, and the booking after it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from contracts.bookings.events import BookingEvent
from contracts.bookings.stay_changes import RequestedChange
from contracts.rooms.stay_changes import ChangeOffer, RoomAfterChange
from contracts.values import CancellationPolicy, PolicyTier, rounded
from services.bookings.domain import (
    change_events,
    change_results,
    evolution,
)
from services.bookings.domain.booking import Booking
from services.bookings.domain.change_results import ChangeResult
from tests.unit.bookings.builders import ANNA, CHECK_IN, NOW, a_price, eur

NIGHT = timedelta(days=1)
LATE = NOW + timedelta(days=9)  # past every free hour
FLEXIBLE = CancellationPolicy(kind="FLEXIBLE", free_until_hours=24)
HALF = CancellationPolicy(kind="MODERATE", free_until_hours=48, percent=Decimal(50))
FIXED = CancellationPolicy(kind="CUSTOM", tiers=(PolicyTier(hours_before=0, kind="FIXED", value=Decimal(2500)),))
NO_REFUND = CancellationPolicy(kind="NON_REFUNDABLE")


def offered(*nights: int) -> ChangeOffer:
    """The offer of a stay whose nights cost this much without tax."""
    net = sum(nights)
    tax = rounded(Decimal(net * 9) / 100, "EUR")
    price = a_price(nights=tuple(map(eur, nights)), subtotal=eur(net), tax=tax, total=eur(net) + tax)
    return ChangeOffer(room_type_code="DBL", room_type_name="Double", price=price, room=RoomAfterChange.NONE)


def wish(nights: int, **more: Any) -> RequestedChange:
    return RequestedChange(check_out=CHECK_IN + nights * NIGHT, **more)


def result(
    booking: Booking, *nights: int, late: bool = False, first: bool = False, waived: bool = False
) -> ChangeResult:
    change = wish(len(nights), waive_difference=waived)
    return change_results.result(booking, change, offered(*nights), now=LATE if late else NOW, pays_first=first)


def changed(booking: Booking, *nights: int, late: bool = False, waived: bool = False) -> Booking:
    change, outcome = wish(len(nights), waive_difference=waived), result(booking, *nights, late=late, waived=waived)
    event = change_events.stay_changed(booking, change, outcome, by=ANNA, at=NOW)
    fields = change_results.private_fields(booking, change, outcome.offer, at=NOW)
    return replace(after(booking, event), **fields)


def after(booking: Booking, event: BookingEvent) -> Booking:
    return evolution.evolve(booking, replace(event, status=event.status or booking.status), at=NOW)
