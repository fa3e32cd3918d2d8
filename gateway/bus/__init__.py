"""The gateway's use of the bus: asks to the services, and events of the bookings service."""
