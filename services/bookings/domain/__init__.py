"""Pure decisions about bookings: each takes a booking and a message, and returns events or raises a refusal."""
