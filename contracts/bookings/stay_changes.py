"""Changes of a booking: other dates, another room type, another party, or another promotion."""

from datetime import date, datetime
from enum import StrEnum

from contracts.bookings.asks import BookingAsk, BookingCommand
from contracts.bookings.change_previews import ChangePreview, Settlement
from contracts.bookings.events import BookingEvent, MailedEvent
from contracts.data import Data
from contracts.message import Query
from contracts.values import Actor, Money


class Reprice(StrEnum):
    """The nights that get the hotel's present price: those that change, or all that are not slept."""

    CHANGED_NIGHTS = "changed_nights"
    ALL = "all"


class RequestedChange(Data):
    """The values to change; a value that is None stays. `room_type_code` is a code or a name.

    `removes_promo` takes the promotion off. `reprice` and `waive_difference` are for staff.
    """

    check_in: date | None = None
    check_out: date | None = None
    room_type_code: str | None = None
    adults: int | None = None
    children: int | None = None
    promo_code: str | None = None
    removes_promo: bool = False
    reprice: Reprice = Reprice.CHANGED_NIGHTS
    waive_difference: bool = False
    reason: str = ""


class ExpectedChange(Data):
    """What the client saw in a preview, in major units; a value that is None is not compared."""

    total: str | None = None
    fee: str | None = None
    difference: str | None = None
    settlement: Settlement | None = None


class PreviewChange(BookingAsk, Query[ChangePreview]):
    """Preview a change of the booking, for its guest or staff. Refused `VALIDATION_ERROR`, `ROOM_TYPE_NOT_FOUND`."""

    change: RequestedChange


class ChangeBooking(BookingCommand):
    """Change the booking as its preview says, or change nothing.

    A change that is paid first waits for its payment: the reply's `pending_change` is set, and `OpenPaymentSession`
    opens its page. Only a caller who opens that page sends `pays_first`; any other is refused `CHANGE_NOT_ALLOWED`. A
    change in place of one that waits, also one to the stay as it is, withdraws the one that waits. The same change
    again is no other change. Refused `PAYMENT_UNDER_WAY` once the change that waits is being paid.

    Refused with the first refusal of the preview; `PRICE_CHANGED` with the new `preview` where the result is not the
    `expected` one. While a booking waits for its payment, nobody may pay the old total: refused `PAYMENT_PAGE_OPEN`
    unless `page_closed` says that the payments service has closed the page (`ClosePaymentPage`).
    """

    change: RequestedChange
    expected: ExpectedChange = ExpectedChange()
    page_closed: bool = False
    pays_first: bool = False


class StayChanged(MailedEvent):
    """The booking has other dates, another type, another party or another price; the values before are `previous_*`.

    `fee` is the fee of this change, `refund` the amount that goes back to cards, `refund_at_desk` the amount that the
    desk gives back; negative where a dearer stay uses up so much of what the desk had to give back. `waived` is what
    the hotel does not charge of a dearer stay; negative where a cheaper stay ends an earlier waiver, because what
    nobody has paid is not returned. `keeps` is the amount that stays on the booking's cards, None where nothing goes
    back to them. `room_number` is the room that is kept, `freed_room_number` the room that was freed.
    """

    check_in: date
    check_out: date
    room_type_code: str
    adults: int
    children: int
    total: Money
    previous_check_in: date
    previous_check_out: date
    previous_room_type_code: str
    previous_adults: int
    previous_children: int
    previous_total: Money
    difference: Money
    fee: Money
    refund: Money
    refund_at_desk: Money
    balance_due: Money
    waived: Money
    settlement: Settlement
    checkout_deadline_at: datetime
    changed_at: datetime
    changed_by: Actor
    promo_code: str | None = None
    previous_promo_code: str | None = None
    room_number: str | None = None
    freed_room_number: str | None = None
    keeps: Money | None = None
    previous_room_type_name: str = ""
    change_id: str | None = None


class ChangeLapse(StrEnum):
    """Why a change that waited for its payment was not carried out.

    The time to pay has passed, the card was not charged, or the held nights are gone; or the change was withdrawn: by
    another change, a cancellation, a check-in or a no-show.
    """

    NOT_PAID = "not_paid"
    PAYMENT_FAILED = "payment_failed"
    NIGHTS_LOST = "nights_lost"
    REPLACED = "replaced"
    CANCELLED = "cancelled"
    CHECKED_IN = "checked_in"
    NO_SHOW = "no_show"


class StayChangeHeld(BookingEvent):
    """A dearer stay waits for its payment: its added nights are held until `expires_at`, and nothing else has changed.

    `amount` is what the guest pays for the change, `total` the total of the changed stay. `room_number` is the assigned
    room, which is held for the added nights, too.
    """

    change_id: str
    check_in: date
    check_out: date
    room_type_code: str
    adults: int
    children: int
    total: Money
    amount: Money
    expires_at: datetime
    held_at: datetime
    held_by: Actor
    room_number: str | None = None


class StayChangeLapsed(MailedEvent):
    """A change that waited for its payment is not carried out: the booking is as before, and the nights are free again.

    Any payment of the change is returned. `room_number` is the room that was held.
    """

    change_id: str
    amount: Money
    reason: ChangeLapse
    lapsed_at: datetime
    room_number: str | None = None
