"""Writes letters and takes them to the mail server."""

from services.notifier.mailer.letters import Letters
from services.notifier.mailer.post import Mailer, Post

__all__ = ["Letters", "Mailer", "Post"]
