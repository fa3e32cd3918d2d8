"""The bus as the gateway uses it: asks to the services, and the events of bookings."""
