"""What follows from a fact, and who may listen: pure decisions."""

from services.notifier.domain.availability import availability_due, availability_notice
from services.notifier.domain.listening import check_channel, user_id, user_of
from services.notifier.domain.owed import (
    EndConnections,
    Group,
    Message,
    Posted,
    PushAvailability,
    PushNotice,
    SendLookup,
    SendMail,
    SendMessage,
    key_of,
)
from services.notifier.domain.showing import mail_about, push_about

__all__ = [
    "EndConnections",
    "Group",
    "Message",
    "Posted",
    "PushAvailability",
    "PushNotice",
    "SendLookup",
    "SendMail",
    "SendMessage",
    "availability_due",
    "availability_notice",
    "check_channel",
    "key_of",
    "mail_about",
    "push_about",
    "user_id",
    "user_of",
]
