"""Mails, read again as a guest's program reads them."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from services.notifier.mailer.mail import Mail


def parsed(mail: Mail) -> EmailMessage:
    """The mail with its headers and bodies decoded."""
    return message_from_bytes(mail.content, policy=default)


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    """The alternative of this kind, with LF between its lines."""
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")
