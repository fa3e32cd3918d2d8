"""The handlers of bookings: each loads a booking, lets the domain decide, and records the events."""
