"""Extensions: a guest in house keeps the room for more nights."""

from datetime import date

from contracts.data import Data
from contracts.message import Command
from contracts.rooms.assignments import RoomAction, RoomTaken
from contracts.values import Money, Price


class Extended(Data):
    """The reply to an extension: the room that the guest keeps, and the price of the added nights alone."""

    room: RoomTaken
    price: Price


class ExtendStay(RoomAction, Command[Extended]):
    """Keep the room of the booking's guest for more nights, so that the guest leaves on `until`.

    A repetition with the same `action_id` changes nothing. Refused `NOT_CHECKED_IN`, `BEYOND_HORIZON`, `NOTHING_HELD`.
    Refused `EXTENSION_CONFLICT` where the room is taken on these nights, and `SOLD_OUT` where the room's type is full;
    these two refusals carry `conflicts` and up to five `suggested_rooms`, those too small for `party` (number of
    guests, 0 where it is not known) last. Refused `PRICE_CHANGED` where the added nights do not cost the `expected`
    amount, with tax; None for any amount.
    """

    until: date
    party: int = 0
    expected: Money | None = None
