"""What is shown to whom: the table of pushes and the table of mails."""

from services.notifier.notices.mails import MAILS, Mail
from services.notifier.notices.pushes import NOT_SHOWN, PUSHES, STATUS_CHANGED, Push, Shown, names_on

__all__ = ["MAILS", "NOT_SHOWN", "PUSHES", "STATUS_CHANGED", "Mail", "Push", "Shown", "names_on"]
