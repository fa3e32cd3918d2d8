"""The privileges of the running role on the gateway's tables. A row of the audit list stays as it was written."""

from chassis.transactions.grants import ALL, APPEND, CHANGE, Grants

GRANTS: Grants = {
    "staff_account": CHANGE,
    "staff_token": ALL,
    "staff_device": ALL,
    "staff_throttle": ALL,
    "staff_audit": APPEND,
}
