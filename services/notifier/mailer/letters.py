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

from chassis.refusal import PermanentFailure
from contracts.bookings import Letter, LookupLetter, MailFacts
from contracts.values import HotelCard, Money
from services.notifier.domain import Posted, SendLookup, SendMail, SendMessage
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
        sheet = self._about(facts, mail) | {"amounts": mail.amounts}
        said = self._text.get_template(f"occasions/{mail.occasion}.txt").render(sheet)
        sheet["paragraphs"] = [_one_line(paragraph) for paragraph in said.split("\n\n") if paragraph.strip()]
        return self._enveloped(mail, sheet, to=booking.guest_email, subject=subject)

    def message(self, message: SendMessage, letter: Letter) -> EmailMessage:
        """What staff wrote. About the booking nothing is added where it goes to another address than the guest's."""
        sheet = self._about(letter.facts, message)
        if letter.facts.access_code is None:
            sheet |= {"booking": None, "guest_name": "", "link": ""}
        sheet["paragraphs"] = [paragraph.strip() for paragraph in letter.message.split("\n\n") if paragraph.strip()]
        return self._enveloped(message, sheet, to=letter.recipient, subject=letter.subject)

    def lookup(self, lookup: SendLookup, letter: LookupLetter) -> EmailMessage:
        """The links that somebody asked for by their address."""
        links = {
            each.booking_id: self._link(lookup.hotel, each.booking_id, each.access_code) for each in letter.bookings
        }
        sheet = {**self._hotels_own(letter.hotel_card), "bookings": letter.bookings, "links": links}
        subject = f"Your bookings at {letter.hotel_card.name}"
        return self._enveloped(lookup, sheet, to=letter.recipient, subject=subject, form="lookup")

    def _about(self, facts: MailFacts, mail: Posted) -> dict[str, Any]:
        booking = facts.booking
        return {
            **self._hotels_own(booking.hotel_card),
            "booking": booking,
            "guest_name": _one_line(booking.guest_first_name),
            "link": self._link(mail.hotel, mail.booking_id, facts.access_code),
        }

    def _hotels_own(self, hotel: HotelCard) -> dict[str, Any]:
        return {"hotel": hotel, "money": _money, "day": _day, "moment": _moment_in(hotel.timezone)}

    def _enveloped(
        self, mail: Posted, sheet: dict[str, Any], *, to: str, subject: str, form: str = "letter"
    ) -> EmailMessage:
        hotel: HotelCard = sheet["hotel"]
        sheet["subject"] = _one_line(subject)
        letter = EmailMessage()
        letter["Subject"] = sheet["subject"]
        letter["From"] = Address(_one_line(hotel.name), addr_spec=self._sender)
        letter["To"] = _address(to)
        if hotel.email:
            letter["Reply-To"] = _address(hotel.email)
        letter["Date"] = formatdate()
        letter["Message-ID"] = self._message_id(mail)
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(self._text.get_template(f"{form}.txt").render(sheet))
        letter.add_alternative(self._html.get_template(f"{form}.html").render(sheet), subtype="html")
        return letter

    def _link(self, hotel: str, booking_id: str, code: str | None) -> str:
        page = f"{self._public_url}/guest/{quote(hotel)}/bookings/{quote(booking_id)}"
        return f"{page}?{urlencode({'code': code})}" if code else page

    def _message_id(self, mail: Posted) -> str:
        what = f"{mail.booking_id}\n{mail.occasion}\n{mail.event_id}"
        return f"<{hashlib.sha256(what.encode()).hexdigest()[:32]}@{self._sender.rpartition('@')[2]}>"


def _address(text: str) -> Address:
    try:
        return Address(addr_spec=text)
    except (ValueError, IndexError, MessageError):
        raise PermanentFailure("ADDRESS_UNUSABLE") from None


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
