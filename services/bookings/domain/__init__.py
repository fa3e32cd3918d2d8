"""Pure decisions about bookings: from a booking and a message to events, or a refusal."""
