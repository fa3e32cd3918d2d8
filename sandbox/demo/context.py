"""The context of a walkthrough: one hotel of a running demo with its clients and providers."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from hotelmate.clock import advance, read_clocks
from hotelmate.config import ask_client
from sandbox.demo.addresses import Addresses
from sandbox.demo.clients import ApiClient
from sandbox.demo.providers import MailboxObserver, PushObserver, StripeObserver
from sandbox.demo.transcript import Transcript

NEAR_MIDNIGHT = timedelta(minutes=30)  # longer than a hold lasts, so that a scenario in which one expires has one date


@dataclass
class DemoContext:
    """The clients and observers of one hotel; `hotel` is the hotel's slug."""

    addresses: Addresses
    hotel: str
    transcript: Transcript
    _staff: dict[str, ApiClient] = field(default_factory=dict)

    @cached_property
    def stripe(self) -> StripeObserver:
        """The payment provider."""
        return StripeObserver(self.addresses.stripe, self.transcript)

    @cached_property
    def push(self) -> PushObserver:
        """The push provider."""
        return PushObserver(self.addresses.pusher, self.transcript)

    @cached_property
    def mailbox(self) -> MailboxObserver:
        """The mail server."""
        return MailboxObserver(self.addresses.mailbox, self.transcript)

    @cached_property
    def page(self) -> dict[str, Any]:
        """The hotel's public page."""
        page: dict[str, Any] = self.visitor().send("GET", f"{self.public_path}/settings/").body
        return page

    @property
    def public_path(self) -> str:
        """The hotel's path in the public API."""
        return f"/api/public/hotels/{self.hotel}"

    @property
    def staff_path(self) -> str:
        """The hotel's path in the staff API."""
        return f"/api/staff/hotels/{self.hotel}"

    def visitor(self, name: str = "guest") -> ApiClient:
        """A client without a token."""
        return ApiClient(name, self.addresses.gateway, self.transcript)

    def staff(self, role: str = "front_desk") -> ApiClient:
        """A client signed in with that staff role; every call with the same role returns the same client."""
        if role not in self._staff:
            account = self.addresses.account(self.hotel, role)
            client = ApiClient(f"staff {role.rsplit('_', maxsplit=1)[-1]}", self.addresses.gateway, self.transcript)
            credentials = {"email": account.email, "password": account.password}
            session = client.call("POST", "/api/staff/login/", body=credentials).body
            self._staff[role] = client.with_token(session["token"])
        return self._staff[role]

    def channels(self, kinds: str, *, booking_id: str = "", room: str = "") -> list[str]:
        """The channels' names. `kinds` is a text of one or more of the words `hotel staff booking room public`."""
        names = {
            "hotel": f"private-hotel-{self.hotel}",
            "staff": f"private-staff-{self.hotel}",
            "booking": f"private-booking-{booking_id}",
            "room": f"private-room-{self.hotel}-{room}",
            "public": f"hotel-{self.hotel}-public",
        }
        return [names[kind] for kind in kinds.split()]

    def now(self) -> datetime:
        """The domain clock's time in the hotel's time zone."""
        with ask_client(self.addresses) as asker:
            [reading] = read_clocks(asker, ["bookings"])
        return reading.now.astimezone(ZoneInfo(self.page["timezone"]))

    def today(self) -> date:
        """The hotel-local date. Shortly before midnight, the clocks are first advanced past midnight."""
        now = self.now()
        if (now + NEAR_MIDNIGHT).date() > now.date():
            self.advance(NEAR_MIDNIGHT + timedelta(minutes=1))
            now = self.now()
        return now.date()

    def advance(self, span: timedelta) -> None:
        """Advance the clocks of the services and of the Stripe stand-in."""
        with ask_client(self.addresses) as asker:
            readings = advance(asker, self.addresses.stripe, seconds=int(span.total_seconds()))
        times = sorted({f"{reading.now:%H:%M}" for reading in readings})
        self.transcript.line("clock", f"{span} later: {len(readings)} clocks say {' and '.join(times)} UTC")

    def close(self) -> None:
        """Close every connection."""
        for party in self._staff.values():
            party.close()
