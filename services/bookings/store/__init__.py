"""The stores of the bookings service in PostgreSQL. No other package of the service contains SQL."""
