"""The notifier's messages: realtime channels, notices (pushes, mails, text messages) and their results."""

from contracts.notifier.channel_authorisation import *  # noqa: F403
from contracts.notifier.events import *  # noqa: F403
from contracts.notifier.notice_admin import *  # noqa: F403
