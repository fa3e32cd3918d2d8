"""The preview of a change of a booking, and a change that waits for its payment."""

from datetime import date, datetime
from enum import StrEnum

from contracts.data import Data
from contracts.rooms.stay_changes import RoomAfterChange
from contracts.values import Money


class Settlement(StrEnum):
    """What becomes of the difference: nothing to do, paid first, owed, refunded, or captured less at the approval."""

    NONE = "none"
    PAY_FIRST = "pay_first"
    OWED = "owed"
    REFUND = "refund"
    CAPTURE_LESS = "capture_less"


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
    the room was locked, and `PROMOTION_ENDED`. `changeable_until` (UTC) is the end of the time in which the caller may
    change the booking as it is now: the end of the draft, of the hold, of the time to decide, of the guest's right to
    change a confirmed booking or, for staff, the moment of the no-show. It is None without such an end or such a right.
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


class WaitingChange(Data):
    """A change that waits for its payment of `amount`, until `expires_at` (UTC). `preview` is what the change does.

    `can_pay` means that a payment page can be opened now; it is False once the guest has paid.
    """

    change_id: str
    expires_at: datetime
    amount: Money
    can_pay: bool
    check_in: date
    check_out: date
    room_type_code: str
    adults: int
    children: int
    preview: ChangePreview
