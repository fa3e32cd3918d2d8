"""The privileges of the running role on the tables of payments. A row of the ledger stays as it was written."""

from chassis.transactions.grants import APPEND, CHANGE, Grants

GRANTS: Grants = {
    "payment": CHANGE,
    "payment_directory": CHANGE,
    "refund": CHANGE,
    "provider_action": CHANGE,
    "ledger": APPEND,
    "desired_state": CHANGE,
    "balance_desired_state": CHANGE,
    "webhook": CHANGE,
    "reconciliation": CHANGE,
    "finding": CHANGE,
    "provider_search": CHANGE,
}
