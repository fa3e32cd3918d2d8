"""The messages of the bookings service: the asks that the service answers and the events that the service publishes."""
