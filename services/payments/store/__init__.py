"""The stores of the payments service: all its SQL."""
