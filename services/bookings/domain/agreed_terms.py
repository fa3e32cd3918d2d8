"""What hotel and guest have agreed: the terms and the price, and the stay as first booked."""

from datetime import date

from contracts.charge_limits import ChargeLimits, limits_of
from contracts.data import Data
from contracts.values import CancellationPolicy, HotelCard, HotelSettings, Price


class AgreedTerms(Data):
    """The hotel's terms and price as agreed at creation; later changes by the hotel do not affect the booking."""

    hotel: HotelCard
    settings: HotelSettings
    price: Price
    policy: CancellationPolicy

    @property
    def charge_limits(self) -> ChargeLimits:
        """The smallest and the largest amount that a card can be charged."""
        return limits_of(self.settings, self.price.total.currency)


class FirstBooked(Data):
    """The stay as first booked: no later change moves the free hour back, or makes the fees higher."""

    check_in: date
    price: Price
