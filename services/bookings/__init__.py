"""The bookings service: the life of a booking, from draft to check-out."""
