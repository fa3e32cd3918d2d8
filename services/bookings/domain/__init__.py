"""Pure decisions about bookings: from what is known and what is wanted to facts, or a refusal."""
