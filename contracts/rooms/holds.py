"""Holds: the nights of a room type that are sold to a booking."""

from contracts.data import Data
from contracts.message import Command, Nothing
from contracts.rooms.quotes import StayAsk
from contracts.values import CancellationPolicy, HotelCard, HotelSettings, Price


class Held(Data):
    """The terms and the price of a hold or a draft. The bookings service stores the terms and the price."""

    hotel: HotelCard
    settings: HotelSettings
    room_type_code: str
    room_type_name: str
    price: Price
    policy: CancellationPolicy


class HoldInventory(StayAsk, Command[Held]):
    """Sell the nights to this booking. Refused `SOLD_OUT`.

    A repetition of the same ask gets the same reply. With `price_only` a draft is priced and no night is sold. With
    `by_card`, a total that no card can take is refused `TOTAL_BELOW_MINIMUM` or `TOTAL_ABOVE_MAXIMUM` before any night
    is sold; zero needs no card. With `public`, a stay that is longer than the hotel's `max_public_nights` is refused
    `STAY_TOO_LONG`.
    """

    booking_id: str
    quote_id: str | None = None
    price_only: bool = False
    by_card: bool = True
    public: bool = False


class ReleaseInventory(Command[Nothing]):
    """Release all nights of the booking; a booking without a live hold is left unchanged.

    `unwritten` means that the bookings service has not stored this booking, so that past nights are released, too.
    """

    booking_id: str
    unwritten: bool = False
    hotel: str = ""
