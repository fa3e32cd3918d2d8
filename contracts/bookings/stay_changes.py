"""Changes of a booking: other dates, another room type, another party, or another promotion."""

from datetime import date, datetime
from enum import StrEnum

from contracts.bookings.asks import BookingAsk, BookingCommand
from contracts.bookings.events import MailedEvent
from contracts.data import Data
from contracts.message import Query
from contracts.rooms.stay_changes import RoomAfterChange
from contracts.values import Actor, Money


class Reprice(StrEnum):
    """The nights that get the hotel's present price: those that change, or all that are not slept."""

    CHANGED_NIGHTS = "changed_nights"
    ALL = "all"


class Settlement(StrEnum):
    """What becomes of the difference: nothing to do, paid first, owed, refunded, or captured less at the approval."""

    NONE = "none"
    PAY_FIRST = "pay_first"
    OWED = "owed"
    REFUND = "refund"
    CAPTURE_LESS = "capture_less"


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


class RefusedChange(Data):
    """A reason for which the change is not possible. `nights` are those on which the room type is sold out."""

    code: str
    message: str
    nights: tuple[date, ...] = ()


class ChangeLine(Data):
    """One night of the changed stay: its part of the new total, and whether its price is the agreed one.

    The part is with discount and tax, and the parts of all nights add up to the new total.
    """

    night: date
    amount: Money
    agreed: bool


class ChangePreview(Data):
    """What a change would do. Nothing is held.

    `difference` is the new total less the old one, and may be negative. `new_total` and `lines` are empty where the
    rooms service cannot price the stay. `warnings` may contain `ROOM_UNASSIGNED`, with `LOCKED_ROOM_LOST` where
    the room was locked, and `PROMOTION_ENDED`. `changeable_until` (UTC) is None where no deadline is known.
    """

    allowed: bool
    refusals: tuple[RefusedChange, ...]
    nights_kept: tuple[date, ...]
    nights_added: tuple[date, ...]
    nights_removed: tuple[date, ...]
    lines: tuple[ChangeLine, ...]
    old_total: Money
    new_total: Money | None
    difference: Money | None
    fee: Money
    currency: str
    settlement: Settlement
    refund: Money
    balance_due: Money
    room: RoomAfterChange
    warnings: tuple[str, ...] = ()
    changeable_until: datetime | None = None


class PreviewChange(BookingAsk, Query[ChangePreview]):
    """Preview a change of the booking, for its guest or staff. Refused `VALIDATION_ERROR`, `ROOM_TYPE_NOT_FOUND`."""

    change: RequestedChange


class ChangeBooking(BookingCommand):
    """Change the booking as its preview says, or change nothing.

    Refused with the first refusal of the preview; `PRICE_CHANGED` with the new `preview` where the result is not the
    `expected` one. While a booking waits for its payment, nobody may pay the old total: refused `PAYMENT_PAGE_OPEN`
    unless `page_closed` says that the payments service has closed the page (`ClosePaymentPage`).
    """

    change: RequestedChange
    expected: ExpectedChange = ExpectedChange()
    page_closed: bool = False


class StayChanged(MailedEvent):
    """The booking has other dates, another type, another party or another price; the values before are `previous_*`.

    `fee` is the fee of this change, `refund` the amount that goes back to cards, `refund_at_desk` the amount that the
    desk gives back. `waived` is what the hotel does not charge of a dearer stay; negative where a cheaper stay ends an
    earlier waiver, because what nobody has paid is not returned. `keeps` is the amount that stays on the booking's
    cards, None where nothing goes back to them. `room_number` is the room that is kept, `freed_room_number` the room
    that was freed.
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
