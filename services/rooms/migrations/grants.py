"""The privileges of the running role on the tables of rooms."""

from chassis.transactions.grants import ALL, CHANGE, Grants

GRANTS: Grants = {
    "hotel": CHANGE,
    "room_type": CHANGE,
    "room": CHANGE,
    "cancellation_policy": ALL,
    "promotion": ALL,
    "menu_item": ALL,
    "quote": ALL,
    "night": CHANGE,
    "period": CHANGE,
    "hold": CHANGE,
    "hold_part": ALL,
    "action": CHANGE,
    "cleaning_task": CHANGE,
}
