"""Room PIN and Wi-Fi of a guest who moves in."""

from contracts.bookings.views import InHouse
from contracts.rooms.hotels import WiFi
from services.bookings.domain import room_pin
from services.bookings.domain.booking import Booking
from services.bookings.work import BookingsWork

ANY_PIN = 10**room_pin.MOST_DIGITS


def in_house_secrets(booking: Booking, wifi: WiFi, work: BookingsWork) -> InHouse:
    """The hotel's Wi-Fi and a new room PIN with the hotel's number of digits."""
    pin = room_pin.format_pin(booking.terms.settings.room_pin_digits, work.dependencies.draw(ANY_PIN))
    return InHouse(wifi_ssid=wifi.ssid, wifi_password=wifi.password, room_pin=pin)
