"""The PIN of a room's door, and the hotel's Wi-Fi, for a guest who moves in."""

from collections.abc import Callable

from contracts.bookings.views import InHouse
from contracts.rooms.hotels import WiFi
from services.bookings.domain.booking import Booking

FEWEST_DIGITS, MOST_DIGITS = 4, 8


def in_house_secrets(booking: Booking, wifi: WiFi, draw: Callable[[int], int]) -> InHouse:
    """The hotel's Wi-Fi and a new room PIN; `draw` returns a random number below its argument."""
    pin = format_pin(booking.terms.settings.room_pin_digits, draw(10**MOST_DIGITS))
    return InHouse(wifi_ssid=wifi.ssid, wifi_password=wifi.password, room_pin=pin)


def format_pin(digits: int, draw: int) -> str:
    """The last `digits` (4 to 8) decimal digits of a random number, with leading zeros."""
    length = min(max(digits, FEWEST_DIGITS), MOST_DIGITS)
    return str(draw % 10**length).zfill(length)
