"""The event of a change."""

from datetime import datetime

from contracts.bookings.stay_changes import RequestedChange, StayChanged
from contracts.rooms.stay_changes import RoomAfterChange
from contracts.values import Actor
from services.bookings.domain import change_requests, change_results, money_due
from services.bookings.domain.booking import Booking
from services.bookings.domain.change_results import ChangeResult


def stay_changed(
    booking: Booking, change: RequestedChange, outcome: ChangeResult, *, by: Actor, at: datetime
) -> StayChanged:
    """The event of the change of this booking, carried out at the moment `at` (UTC)."""
    offer, balance = outcome.offer, outcome.balance
    target = change_requests.target_of(booking, change)
    return StayChanged(
        **booking.about,
        check_in=target.stay.check_in,
        check_out=target.stay.check_out,
        room_type_code=offer.room_type_code,
        adults=target.adults,
        children=target.children,
        total=offer.price.total,
        promo_code=offer.price.promo_code,
        previous_check_in=booking.check_in,
        previous_check_out=booking.check_out,
        previous_room_type_code=booking.room_type_code,
        previous_room_type_name=booking.room_type_name,
        previous_adults=booking.adults,
        previous_children=booking.children,
        previous_total=booking.total,
        previous_promo_code=booking.terms.price.promo_code,
        difference=outcome.difference,
        fee=outcome.fee,
        refund=balance.refund,
        refund_at_desk=balance.refund_at_desk,
        balance_due=balance.due,
        waived=outcome.waived,
        settlement=outcome.settlement,
        room_number=booking.assigned_room_number if offer.room is RoomAfterChange.KEPT else None,
        freed_room_number=booking.assigned_room_number if offer.room is RoomAfterChange.FREED else None,
        keeps=None if balance.refund.is_zero else money_due.on_cards(booking) - balance.refund,
        checkout_deadline_at=change_results.checkout_deadline(booking, target.stay.check_out),
        changed_at=at,
        changed_by=by,
    )
