"""The privileges of the running role on the tables of the notifier."""

from chassis.transactions.grants import ALL, CHANGE, Grants

GRANTS: Grants = {"notice": CHANGE, "mail_count": ALL}
