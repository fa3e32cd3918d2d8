"""The payments service: card payments for bookings, authorised at checkout and captured on approval."""
