"""Letters to guests: what is said on each occasion, as plain text and HTML, in the hotel's name and local time."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chassis.refusal import Hopeless
from contracts.bookings import MailFacts
from contracts.values import Money
from services.notifier.domain import SendMail
from services.notifier.notices.mails import SUBJECTS

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


class Letters:
    """Writes letters. `sender` is the address they come from, `public_url` where guests look at their bookings."""

    def __init__(self, *, sender: str, public_url: str) -> None:
        self._sender = sender
        self._public_url = public_url.rstrip("/")
        loader = FileSystemLoader(TEMPLATES)
        # What is said is written once, as text; only the sheet around it differs, and HTML escapes every word of it.
        self._text = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701
        self._html = self._text.overlay(autoescape=True)

    def written(self, mail: SendMail, facts: MailFacts) -> EmailMessage:
        """The letter for this occasion. Raises `Hopeless` where the guest has no usable address."""
        booking, hotel = facts.booking, facts.booking.hotel_card
        subject = SUBJECTS[mail.occasion].format(booking_id=mail.booking_id, hotel_name=hotel.name)
        sheet = {
            "subject": subject,
            "booking": booking,
            "hotel": hotel,
            "guest_name": _one_line(booking.guest_first_name),
            "amounts": mail.amounts,
            "link": self._link(mail, facts.access_code),
            "money": _money,
            "day": _day,
            "moment": _moment_in(hotel.timezone),
        }
        said = self._text.get_template(f"occasions/{mail.occasion}.txt").render(sheet)
        sheet["paragraphs"] = [_one_line(paragraph) for paragraph in said.split("\n\n") if paragraph.strip()]
        letter = EmailMessage()
        letter["Subject"] = _one_line(subject)
        letter["From"] = Address(_one_line(hotel.name), addr_spec=self._sender)
        letter["To"] = _address(booking.guest_email)
        if hotel.email:
            letter["Reply-To"] = _address(hotel.email)
        letter["Date"] = formatdate()
        letter["Message-ID"] = self._message_id(mail)
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(self._text.get_template("letter.txt").render(sheet))
        letter.add_alternative(self._html.get_template("letter.html").render(sheet), subtype="html")
        return letter

    def _link(self, mail: SendMail, code: str | None) -> str:
        page = f"{self._public_url}/guest/{quote(mail.hotel)}/bookings/{quote(mail.booking_id)}"
        return f"{page}?{urlencode({'code': code})}" if code else page

    def _message_id(self, mail: SendMail) -> str:
        what = f"{mail.booking_id}\n{mail.occasion}\n{mail.event_id}"
        return f"<{hashlib.sha256(what.encode()).hexdigest()[:32]}@{self._sender.rpartition('@')[2]}>"


def _address(text: str) -> Address:
    try:
        return Address(addr_spec=text)
    except (ValueError, IndexError, MessageError):
        raise Hopeless("ADDRESS_UNUSABLE") from None


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _money(value: Money) -> str:
    return f"{value.currency} {value.text}"


def _day(value: date) -> str:
    return f"{value:%A} {value.day} {value:%B %Y}"


def _moment_in(timezone: str) -> Callable[[datetime], str]:
    zone = ZoneInfo(timezone)

    def moment(value: datetime) -> str:
        local: Any = value.astimezone(zone)
        return f"{local:%H:%M} on {_day(local)} ({local:%Z})"

    return moment
