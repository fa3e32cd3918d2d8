"""The only SQL of bookings."""
