"""The one equation of a booking's money.

    captured + settled - refunded - promised refunds + balance due = total + fees + orders served - waived

A booking that was called off owes no total. Every change of the money computes the balance from the other amounts.
"""

from dataclasses import replace
from typing import Any

from contracts.bookings.status import BookingStatus
from contracts.data import Data
from contracts.values import Money
from services.bookings.domain.booking import Booking, Charge
from services.bookings.lifecycle import CALLED_OFF


class Balance(Data):
    """What is open: the amount that the guest owes, or what goes back to cards and at the desk.

    `refund_at_desk` is what the desk has to give back in addition; negative where less is left to give back.
    """

    due: Money
    refund: Money
    refund_at_desk: Money

    @property
    def goes_back(self) -> Money:
        """What goes back to the guest in addition."""
        return max(self.refund + self.refund_at_desk, self.refund)

    def less_open_desk_refund(self, booking: Booking) -> "Balance":
        """The balance, of which an open refund at the desk is used up before the guest owes anything more."""
        used = min(self.due, booking.zero_if_none(booking.desk_refund_due))
        return replace(self, due=self.due - used, refund_at_desk=self.refund_at_desk - used)


def refund_promised(booking: Booking) -> Money:
    """The amount of refunds to cards that are promised and have not succeeded."""
    return max(booking.zero_if_none(booking.refund_amount) - booking.zero_if_none(booking.refunded), booking.nothing)


def on_cards(booking: Booking) -> Money:
    """The amount that cards have paid, accepted balance payments included, less refunds, also promised ones."""
    accepted = sum((charge.amount for charge in booking.charges if not charge.taken), start=booking.nothing)
    return booking.collected + accepted - refund_promised(booking)


def on_later_cards(booking: Booking) -> Money:
    """The part of `on_cards` that accepted balance payments have paid, as far as it is not refunded."""
    later = sum((charge.amount - charge.refunded for charge in booking.charges), start=booking.nothing)
    return min(later, on_cards(booking))


def at_desk(booking: Booking) -> Money:
    """The amount paid at the desk, less what the desk has given back and has to give back."""
    returned = booking.zero_if_none(booking.desk_refunded) + booking.zero_if_none(booking.desk_refund_due)
    return booking.zero_if_none(booking.settled) - returned


def fees(booking: Booking) -> Money:
    """The fees of the booking: of its changes, and of its cancellation or no-show."""
    return booking.zero_if_none(booking.cancellation_fee) + booking.zero_if_none(booking.change_fees)


def price(booking: Booking) -> Money:
    """What the guest is to pay for the stay: the total less what was waived; nothing where the stay was called off."""
    if booking.status in CALLED_OFF:
        return booking.nothing
    return booking.total - booking.zero_if_none(booking.waived)


def price_before_extra_refunds(booking: Booking) -> Money:
    """The price of which a fee is charged: what staff refunded on the provider's pages is not waived of a fee."""
    return price(booking) + booking.zero_if_none(booking.extra_refunded)


def on_hold(booking: Booking) -> Money:
    """The amount that is authorised on the guest's card for the stay, and not captured yet.

    A booking that was authorised by an earlier release has the price of the stay first booked on hold.
    """
    if not booking.held_on_card:
        return booking.nothing
    first = booking.first_booked.price if booking.first_booked else booking.terms.price
    return first.total if booking.authorized is None else booking.authorized


def secured(booking: Booking) -> Money:
    """The amount that the hotel has: paid or authorised, less the refunds that are promised."""
    promised = refund_promised(booking) + booking.zero_if_none(booking.desk_refund_due)
    return booking.paid + on_hold(booking) - promised


def open_amount(booking: Booking) -> Money:
    """The amount still to be paid; negative where the hotel has more than the booking costs."""
    return price(booking) + fees(booking) + booking.zero_if_none(booking.served) - secured(booking)


def due(booking: Booking) -> Money:
    """The amount still to be paid, where an open refund at the desk stays as it is."""
    return max(open_amount(booking), booking.nothing)


def balance(booking: Booking) -> Balance:
    """The balance after a change of the price or the fees. A refund goes to cards as far as they have paid."""
    nothing, left = booking.nothing, open_amount(booking)
    if left >= nothing or booking.held_on_card:
        return after_desk_refund(booking, due(booking))
    credit = nothing - left
    refund = min(credit, on_cards(booking))
    return Balance(due=nothing, refund=refund, refund_at_desk=credit - refund)


def owing(booking: Booking, amount: Money) -> Balance:
    """The balance where the guest is to pay so much more."""
    return after_desk_refund(booking, booking.zero_if_none(booking.balance_due) + amount)


def after_desk_refund(booking: Booking, due: Money) -> Balance:
    """The balance where so much is due, of which an open refund at the desk pays what it can."""
    nothing = booking.nothing
    return Balance(due=due, refund=nothing, refund_at_desk=nothing).less_open_desk_refund(booking)


def to_capture(booking: Booking) -> Money:
    """The part of the authorised amount that the booking costs now."""
    return min(on_hold(booking), price(booking) + fees(booking))


def after_undone_no_show(booking: Booking) -> Balance:
    """The balance of a confirmed booking again: what the hotel has kept, and not given back, counts towards the stay.

    What it has beyond the price is given back at the desk, because no card is refunded.
    """
    confirmed = replace(booking, status=BookingStatus.CONFIRMED, cancellation_fee=None, desk_refund_due=None)
    return balance(confirmed)


def without(booking: Booking, charge: Charge) -> dict[str, Any]:
    """The fields that change where an accepted payment is not captured: the refund promised of it is not due either."""
    others = tuple(each for each in booking.charges if each.payment_id != charge.payment_id)
    return {"charges": others, "refund_amount": promised_without(booking, charge.amount)}


def promised_without(booking: Booking, amount: Money) -> Money | None:
    """The sum of refunds, done and promised, where so much of an accepted payment is not captured."""
    if booking.refund_amount is None:
        return None
    return max(booking.refund_amount - amount, booking.zero_if_none(booking.refunded))
