"""Payments: the card money of bookings, authorised at checkout and captured on approval."""
