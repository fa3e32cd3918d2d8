"""The privileges of the running role on the tables of bookings."""

from chassis.transactions.grants import ALL, APPEND, CHANGE, READ, Grants

GRANTS: Grants = {
    "booking": ALL,  # abandoned drafts, with their rows in other tables; a trigger keeps every other booking
    "booking_count": READ,  # written by the triggers of `booking`
    "booking_directory": ALL,
    "guest": ALL,
    "overstay": CHANGE,
    "access_code": ALL,
    "hold": ALL,
    "hold_count": ALL,
    "unusual_night": "SELECT, INSERT, DELETE",
    "room_plan_check": CHANGE,
    "communication": CHANGE,
    "payment_fact": APPEND,
    "amendment": "SELECT, INSERT, DELETE",
    "chat_message": "SELECT, INSERT, DELETE",
    "chat_reading": CHANGE,
    "room_order": ALL,
    "lookup_request": ALL,  # a lock takes UPDATE
    "lookup_mail": "SELECT, INSERT, DELETE",
    "ghost": ALL,
    "census": "SELECT, UPDATE",
    "remark": "SELECT, INSERT, DELETE",  # those of an expired draft
}
