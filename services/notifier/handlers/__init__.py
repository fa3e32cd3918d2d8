"""What is done when a fact is heard, an errand is run, or a client asks to listen."""

from services.notifier.handlers.facts import tell, tell_availability
from services.notifier.handlers.listening import (
    describe_realtime,
    drop_user,
    end_connections,
    guest_revoked,
    sign_channel,
    sign_user,
)
from services.notifier.handlers.mailing import mail_gave_up, mailed, send_mail
from services.notifier.handlers.pushing import push, push_availability, push_gave_up, pushed

__all__ = [
    "describe_realtime",
    "drop_user",
    "end_connections",
    "guest_revoked",
    "mail_gave_up",
    "mailed",
    "push",
    "push_availability",
    "push_gave_up",
    "pushed",
    "send_mail",
    "sign_channel",
    "sign_user",
    "tell",
    "tell_availability",
]
