"""One received mail, parsed for pages and tests."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import TypedDict

Mail = TypedDict(
    "Mail",
    {
        "id": int,
        "from": str,
        "to": list[str],
        "subject": str,
        "message_id": str,
        "text": str | None,
        "html": str | None,
        "received_at": str,
        "headers": dict[str, str],
    },
)
"""`from` and `to` are the envelope's and include blind copies; a repeated header has one line per value."""


def parse(content: bytes, *, number: int, sender: str, recipients: Sequence[str]) -> Mail:
    """Parse the content that the client sent after SMTP's DATA command."""
    message = BytesParser(EmailMessage, policy=policy.SMTPUTF8).parsebytes(content)
    headers: dict[str, str] = {}
    for name, value in message.items():
        headers[name] = f"{headers[name]}\n{value}" if name in headers else str(value)
    return {
        "id": number,
        "from": sender,
        "to": list(recipients),
        "subject": str(message.get("Subject", "")),
        "message_id": str(message.get("Message-ID", "")),
        "text": _body(message, "plain"),
        "html": _body(message, "html"),
        "received_at": datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "headers": headers,
    }


def _body(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body((kind,))
    if part is None:
        return None
    try:
        return str(part.get_content()).replace("\r\n", "\n")
    except (LookupError, UnicodeError):
        payload = part.get_payload(decode=True)
        return payload.decode(errors="replace") if isinstance(payload, bytes) else None
