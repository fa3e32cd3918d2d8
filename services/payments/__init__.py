"""Payments: the card money of a booking, authorised first, captured when staff say yes."""
