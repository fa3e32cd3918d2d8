"""Bookings: for guests, for the public, and for the staff of a hotel."""
