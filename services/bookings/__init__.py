"""Bookings: one booking's whole life, from draft to check-out, and who may see it."""
