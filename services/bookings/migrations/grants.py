"""The privileges of the running role on the tables of bookings."""

from chassis.transactions.grants import ALL, APPEND, CHANGE, Grants

GRANTS: Grants = {
    "booking": CHANGE,
    "booking_directory": CHANGE,
    "guest": CHANGE,
    "overstay": CHANGE,
    "access_code": CHANGE,
    "hold": ALL,
    "communication": CHANGE,
    "payment_fact": APPEND,
    "chat_message": "SELECT, INSERT, DELETE",
    "chat_reading": CHANGE,
    "room_order": ALL,
    "lookup_request": ALL,  # a lock takes UPDATE
    "lookup_mail": "SELECT, INSERT, DELETE",
    "ghost": ALL,
    "census": "SELECT, UPDATE",
}
