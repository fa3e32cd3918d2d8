"""The stores of bookings in PostgreSQL. No other package of the service contains SQL."""
