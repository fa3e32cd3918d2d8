"""The preview of a change, and the refusals of a change that its preview does not allow."""

from datetime import datetime
from typing import Any

from chassis import codec
from chassis.refusal import Refusal
from contracts.bookings.change_previews import ChangePreview, RefusedChange, Settlement
from contracts.bookings.status import BookingStatus
from contracts.bookings.stay_changes import ExpectedChange, RequestedChange
from contracts.rooms.stay_changes import ChangeOffer, RoomAfterChange
from contracts.values import Caller, Money
from services.bookings.domain import change_requests, change_results, change_rules, money_due
from services.bookings.domain.booking import Booking
from services.bookings.domain.change_fees import UNPAID
from services.bookings.domain.change_results import ChangeResult


def preview(
    booking: Booking,
    change: RequestedChange,
    offer: ChangeOffer | None,
    *,
    refusals: tuple[RefusedChange, ...],
    caller: Caller,
    now: datetime,
) -> ChangePreview:
    """The preview of the change; `offer` is None where the rooms service has no price for the stay."""
    stay = change_requests.target_of(booking, change).stay
    common, added, removed = change_results.nights_of(booking, stay)
    as_guest = caller.kind != "staff"
    first = change_rules.pays_first(booking, as_guest=as_guest)
    outcome = change_results.result(booking, change, offer, now=now, pays_first=first) if offer else None
    if offer and outcome:
        refusals = (*refusals, *_of_the_offer(booking, offer, outcome, as_guest=as_guest))
    return ChangePreview(
        allowed=not refusals,
        refusals=refusals,
        nights_kept=common,
        nights_added=added,
        nights_removed=removed,
        lines=change_results.lines(booking, change, offer, now=now) if offer else (),
        old_total=booking.total,
        new_total=offer.price.total if offer else None,
        difference=outcome.difference if outcome else None,
        fee=outcome.fee if outcome else booking.nothing,
        currency=booking.total.currency,
        settlement=outcome.settlement if outcome else Settlement.NONE,
        refund=outcome.balance.goes_back if outcome else booking.nothing,
        balance_due=outcome.balance.due if outcome else booking.zero_if_none(booking.balance_due),
        room=offer.room if offer else RoomAfterChange.NONE,
        warnings=change_results.warnings(booking, offer) if offer else (),
        changeable_until=change_rules.changeable_until(booking, as_guest=as_guest),
    )


def refused(previewed: ChangePreview) -> Refusal:
    """The refusal of a change that its preview does not allow: the first of its refusals."""
    first = previewed.refusals[0]
    details: dict[str, Any] = {"preview": codec.plain(previewed)}
    if first.nights:
        details["nights"] = [night.isoformat() for night in first.nights]
    return Refusal(first.code, first.message, **details)


def reported(refusal: Refusal) -> RefusedChange:
    """A refusal of the rooms service, as a preview reports it."""
    return RefusedChange(code=refusal.code, message=refusal.message)


def differs(previewed: ChangePreview, expected: ExpectedChange) -> bool:
    """Whether the result is not what the client saw in an earlier preview."""
    real = {
        "total": _text(previewed.new_total),
        "fee": previewed.fee.text,
        "difference": _text(previewed.difference),
        "settlement": previewed.settlement,
    }
    return any(getattr(expected, name) not in (None, value) for name, value in real.items())


def price_changed(previewed: ChangePreview) -> Refusal:
    """The refusal `PRICE_CHANGED`, with the new preview."""
    return Refusal("PRICE_CHANGED", "The price has changed since you looked.", preview=codec.plain(previewed))


def to_pay_first(previewed: ChangePreview, booking: Booking) -> Money:
    """The amount that is paid before the stay changes: by so much the balance due would rise."""
    return previewed.balance_due - booking.zero_if_none(booking.balance_due)


def pays_first(previewed: ChangePreview) -> Refusal:
    """The refusal of a change that is paid first, for a caller who opens no payment page."""
    message = "This stay costs more, and the difference is paid first: ask the hotel to change this booking."
    return Refusal(change_rules.CHANGE_NOT_ALLOWED, message, preview=codec.plain(previewed))


def _text(amount: Money | None) -> str | None:
    return None if amount is None else amount.text


def _of_the_offer(
    booking: Booking, offer: ChangeOffer, outcome: ChangeResult, *, as_guest: bool
) -> tuple[RefusedChange, ...]:
    if offer.sold_out:
        nights = ", ".join(night.isoformat() for night in offer.sold_out)
        message = f"{offer.room_type_name} is sold out on {nights}."
        return (RefusedChange(code="SOLD_OUT", message=message, nights=offer.sold_out),)
    if booking.status is BookingStatus.IN_HOUSE and offer.room is not RoomAfterChange.KEPT:
        return (RefusedChange(code="EXTENSION_CONFLICT", message="The guest's room is taken on some of these nights."),)
    if as_guest and change_results.loses_locked_room(booking, offer):
        message = (
            "The hotel has promised you a room that is not free for this stay: ask the hotel to change the booking."
        )
        return (RefusedChange(code=change_rules.CHANGE_NOT_ALLOWED, message=message),)
    by_card = _by_card(booking, offer, outcome)
    problem = None if by_card is None else booking.terms.charge_limits.problem(by_card)
    return (RefusedChange(code=problem[0], message=problem[1]),) if problem else ()


def _by_card(booking: Booking, offer: ChangeOffer, outcome: ChangeResult) -> Money | None:
    """The amount that a card must take for the changed stay; None where no card is waited for."""
    if booking.status in UNPAID:
        return offer.price.total
    if not booking.held_on_card:
        return None
    return money_due.to_capture(change_results.changed(booking, offer, fee=outcome.fee, waived=outcome.waived))
