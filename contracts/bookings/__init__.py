"""The messages of the bookings service: the asks that the service answers and the events that the service publishes."""

from contracts.bookings.approval import ApproveBooking as ApproveBooking
from contracts.bookings.asks import CancelBooking as CancelBooking
