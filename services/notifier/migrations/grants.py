"""The privileges of the running role on the table of the notifier."""

from chassis.transactions.grants import CHANGE, Grants

GRANTS: Grants = {"notice": CHANGE}
