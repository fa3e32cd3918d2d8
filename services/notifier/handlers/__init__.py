"""What is done when a fact is heard, an errand is run, or a client asks to listen."""

from services.notifier.handlers.facts import request_lookup, request_message, tell, tell_availability
from services.notifier.handlers.listening import (
    describe_realtime,
    drop_user,
    end_connections,
    guest_revoked,
    sign_channel,
    sign_user,
)
from services.notifier.handlers.mailing import mail_gave_up, mailed, send_lookup, send_mail, send_message
from services.notifier.handlers.pushing import push, push_availability, push_gave_up, pushed
from services.notifier.handlers.replaying import get_notice, list_notices, replay_notice

__all__ = [
    "describe_realtime",
    "drop_user",
    "end_connections",
    "get_notice",
    "guest_revoked",
    "list_notices",
    "mail_gave_up",
    "mailed",
    "push",
    "push_availability",
    "push_gave_up",
    "pushed",
    "replay_notice",
    "request_lookup",
    "request_message",
    "send_lookup",
    "send_mail",
    "send_message",
    "sign_channel",
    "sign_user",
    "tell",
    "tell_availability",
]
