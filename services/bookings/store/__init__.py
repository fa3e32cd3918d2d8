"""Stores of bookings in PostgreSQL: the only SQL of the service."""
