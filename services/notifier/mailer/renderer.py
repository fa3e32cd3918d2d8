"""Renders mails to guests from templates: plain text and HTML, in the hotel's name and local time."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from email.headerregistry import Address
from email.utils import formatdate
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chassis.email_address import UnusableAddress, usable_address
from chassis.refusal import PermanentFailure
from chassis.text import isolated
from contracts.bookings.communications import Letter, MailFacts
from contracts.bookings.lookups import LookupLetter
from contracts.data import Data
from contracts.values import HotelCard
from services.notifier.domain.jobs import SendLookup, SendMail, SendMessage, SendToGuest
from services.notifier.domain.mails import SUBJECTS
from services.notifier.domain.names import is_suspicious
from services.notifier.mailer.mail import Mail, content, header

T = TypeVar("T", bound=Data)

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
# Each occasion has one text template; only the layout around the text differs. HTML escapes all of it. A process
# compiles a template once.
TEXT = Environment(  # noqa: S701
    loader=FileSystemLoader(TEMPLATES),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
HTML = TEXT.overlay(autoescape=True)


class MailRenderer:
    """Renders mails. `sender` is the From address, `public_url` the base of links to the guest page.

    Raises `ValueError` where no mail server can be given the sender: its domain is international, and unusable.
    """

    def __init__(self, *, sender: str, public_url: str) -> None:
        self._sender = sender if sender.isascii() else usable_address(sender)
        self._public_url = public_url.rstrip("/")

    def mail(self, job: SendMail, facts: MailFacts) -> Mail:
        """The mail for the job's occasion. Raises `PermanentFailure` where the guest's address is unusable."""
        booking, hotel = facts.booking, _isolated(facts.booking.hotel_card)
        subject = SUBJECTS[job.occasion].format(booking_id=job.booking_id, hotel_name=hotel.name)
        texts = {name: isolated(_one_line(text)) for name, text in job.texts.items()}
        values = self._booking_values(facts, job) | {"amounts": job.amounts, "days": job.days, "texts": texts}
        text = TEXT.get_template(f"occasions/{job.occasion}.txt").render(values)
        values["paragraphs"] = [_one_line(paragraph) for paragraph in text.split("\n\n") if paragraph.strip()]
        return self._compose(job, values, to=booking.guest_email, subject=subject)

    def message(self, job: SendMessage, letter: Letter) -> Mail:
        """The mail of a staff message. A mail to an address other than the guest's contains no data of the booking."""
        values = self._booking_values(letter.facts, job)
        if letter.facts.access_code is None:
            values |= {"booking": None, "guest_name": "", "link": ""}
        values["paragraphs"] = [paragraph.strip() for paragraph in letter.message.split("\n\n") if paragraph.strip()]
        return self._compose(job, values, to=letter.recipient, subject=letter.subject)

    def lookup(self, job: SendLookup, letter: LookupLetter) -> Mail:
        """The mail with the links to a guest's bookings."""
        links = {each.booking_id: self._link(job.hotel, each.booking_id, each.access_code) for each in letter.bookings}
        values = {**self._hotel_values(letter.hotel_card), "links": links}
        values["bookings"] = [_isolated(each) for each in letter.bookings]
        subject = f"Your bookings at {values['hotel'].name}"
        return self._compose(job, values, to=letter.recipient, subject=subject, layout="lookup")

    def _booking_values(self, facts: MailFacts, job: SendToGuest) -> dict[str, Any]:
        booking = _isolated(facts.booking)
        return {
            **self._hotel_values(booking.hotel_card),
            "booking": booking,
            "guest_name": isolated(_salutation(facts)),
            "link": self._link(job.hotel, job.booking_id, facts.access_code),
        }

    def _hotel_values(self, hotel: HotelCard) -> dict[str, Any]:
        return {"hotel": _isolated(hotel), "money": str, "day": _day, "moment": _moment_in(hotel.timezone)}

    def _compose(
        self, job: SendToGuest, values: dict[str, Any], *, to: str, subject: str, layout: str = "letter"
    ) -> Mail:
        hotel: HotelCard = values["hotel"]
        values["subject"] = _one_line(subject)
        recipient = _recipient(to)
        headers = (
            header("Subject", values["subject"]),
            _address_header("From", _one_line(hotel.name), self._sender),
            header("To", recipient),
            _reply_to(hotel.email),
            header("Date", formatdate()),
            header("Message-ID", self._message_id(job)),
            b"Auto-Submitted: auto-generated\r\n",
        )
        text = TEXT.get_template(f"{layout}.txt").render(values)
        html = HTML.get_template(f"{layout}.html").render(values)
        mail = content(b"".join(headers), text=text, html=html)
        return Mail(sender=self._sender, recipient=recipient, subject=values["subject"], content=mail)

    def _link(self, hotel: str, booking_id: str, code: str | None) -> str:
        page = f"{self._public_url}/guest/{quote(hotel)}/bookings/{quote(booking_id)}"
        # A fragment stays in the browser: no server and no proxy receives or logs the code.
        return f"{page}#{urlencode({'code': code})}" if code else page

    def _message_id(self, job: SendToGuest) -> str:
        identity = f"{job.booking_id}\n{job.occasion}\n{job.event_id}"
        return f"<{hashlib.sha256(identity.encode()).hexdigest()[:32]}@{self._sender.rpartition('@')[2]}>"


def _salutation(facts: MailFacts) -> str:
    """The guest's first name; empty in a mail before payment, where the name may be an advertisement."""
    name = _one_line(facts.booking.guest_first_name)
    return "" if facts.before_payment and is_suspicious(name) else name


def _recipient(text: str) -> str:
    try:
        return usable_address(text)
    except UnusableAddress:
        raise PermanentFailure("ADDRESS_UNUSABLE") from None


@lru_cache(maxsize=1_000)
def _address_header(name: str, display_name: str, address: str) -> bytes:
    """The header with this address, encoded once: it is the same in every mail of a hotel."""
    return header(name, str(Address(display_name, addr_spec=address)))


@lru_cache(maxsize=1_000)
def _reply_to(address: str) -> bytes:
    """The header with the hotel's address; empty where that is unusable, which keeps no mail from the guest."""
    try:
        return _address_header("Reply-To", "", usable_address(address))
    except UnusableAddress:
        return b""


def _isolated(data: T) -> T:
    """The data with each of its texts isolated from the words beside it."""
    texts = {name: isolated(text) for name, text in vars(data).items() if type(text) is str and not text.isascii()}
    return replace(data, **texts) if texts else data  # type: ignore[type-var]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _day(value: date) -> str:
    return f"{value:%A} {value.day} {value:%B %Y}"


def _moment_in(timezone: str) -> Callable[[datetime], str]:
    zone = ZoneInfo(timezone)

    def moment(value: datetime) -> str:
        local: Any = value.astimezone(zone)
        return f"{local:%H:%M} on {_day(local)} ({local:%Z})"

    return moment
