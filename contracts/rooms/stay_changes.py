"""Changes of a booked stay: other dates, another room type, or another party."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from contracts.data import Data
from contracts.message import Command, Query
from contracts.promotion_terms import PromotionTerms
from contracts.rooms.assignments import RoomAction, RoomTaken
from contracts.values import Money, Price


class RoomAfterChange(StrEnum):
    """The assigned room after the change: kept, freed, or no room is assigned."""

    KEPT = "kept"
    FREED = "freed"
    NONE = "none"


class AgreedNight(Data):
    """A night that keeps its agreed price, without tax."""

    night: date
    price: Money


class ChangedStay(Data):
    """The stay that a booking is to have. `room_type` is a code; `party` is the number of guests.

    The nights in `agreed` keep their prices; every other night has the hotel's present price. `promotion` has the terms
    as sold; `promo_code` names a promotion of the hotel that is to apply instead, and with `needs_promo` the change is
    refused where that does not apply. Without `tax_percent`, the hotel's present tax applies. A draft has no nights:
    only its price is calculated.
    """

    check_in: date
    check_out: date
    room_type: str
    party: int
    agreed: tuple[AgreedNight, ...] = ()
    tax_percent: Decimal | None = None
    promotion: PromotionTerms | None = None
    promo_code: str | None = None
    needs_promo: bool = True
    draft: bool = False


class ChangeOffer(Data):
    """The result of a change: the price of the whole stay, and what becomes of the assigned room.

    `sold_out` has the added nights on which the type is full; the change is then refused. `discount_ended` means that
    the promotion's conditions no longer hold. `added` is the price of the added nights alone, at which a guest in house
    stays longer (`ExtendStay`); None for any other change.
    """

    room_type_code: str
    room_type_name: str
    price: Price
    room: RoomAfterChange
    sold_out: tuple[date, ...] = ()
    discount_ended: bool = False
    added: Price | None = None


class PreviewStayChange(Query[ChangeOffer]):
    """Calculate a change of a booked stay; nothing changes.

    Refused `NOTHING_HELD`, `ROOM_TYPE_NOT_FOUND`, `UNKNOWN_PROMO`, `BEYOND_HORIZON`, and `VALIDATION_ERROR` for invalid
    dates or a party that is too large for the type.
    """

    hotel: str
    booking_id: str
    stay: ChangedStay


class StayChangedReply(Data):
    """The reply to a change: the offer that was carried out, and the room that the booking keeps.

    For a change that waits, `nights_held` counts the nights that are held for it.
    """

    offer: ChangeOffer
    room: RoomTaken | None = None
    nights_held: int = 0


class ChangeStay(RoomAction, Command[StayChangedReply]):
    """Change a booked stay: sell the added nights and free the removed ones, all or nothing.

    The nights that a change of the booking holds while that change waits are never in the way, and are given back. A
    repetition with the same `action_id` changes nothing. Refused as `PreviewStayChange`; `SOLD_OUT` with the `nights`
    on which the type is full; `PRICE_CHANGED` where the total or the room afterwards would not be the expected ones;
    `EXTENSION_CONFLICT` where a guest in house would lose the room.
    """

    stay: ChangedStay
    total: Money
    room: RoomAfterChange
