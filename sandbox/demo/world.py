"""One hotel of a running demonstration, with everybody who has to do with it."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from hotelmate.clock import advance, read_clocks
from hotelmate.config import ask_client
from sandbox.demo.addresses import Addresses
from sandbox.demo.outside import Mailbox, Push, Stripe
from sandbox.demo.parties import Party
from sandbox.demo.transcript import Transcript

NEAR_MIDNIGHT = timedelta(minutes=5)


@dataclass
class World:
    """What a walk goes through. `hotel` is a slug."""

    addresses: Addresses
    hotel: str
    transcript: Transcript
    _staff: dict[str, Party] = field(default_factory=dict)

    @cached_property
    def stripe(self) -> Stripe:
        """The card provider."""
        return Stripe(self.addresses.stripe, self.transcript)

    @cached_property
    def push(self) -> Push:
        """The push provider."""
        return Push(self.addresses.pusher, self.transcript)

    @cached_property
    def mailbox(self) -> Mailbox:
        """Where mails arrive."""
        return Mailbox(self.addresses.mailbox, self.transcript)

    @cached_property
    def page(self) -> dict[str, Any]:
        """The hotel's public page."""
        page: dict[str, Any] = self.visitor().send("GET", f"{self.public}/settings/").body
        return page

    @property
    def public(self) -> str:
        """Where the public finds the hotel."""
        return f"/api/public/hotels/{self.hotel}"

    @property
    def desk(self) -> str:
        """Where its staff find it."""
        return f"/api/staff/hotels/{self.hotel}"

    def visitor(self, name: str = "guest") -> Party:
        """Somebody without a token."""
        return Party(name, self.addresses.gateway, self.transcript)

    def staff(self, role: str = "front_desk") -> Party:
        """The hotel's member of staff in that role, signed in once."""
        if role not in self._staff:
            account = self.addresses.account(self.hotel, role)
            newcomer = Party(f"staff {role.rsplit('_', maxsplit=1)[-1]}", self.addresses.gateway, self.transcript)
            signing_in = {"email": account.email, "password": account.password}
            session = newcomer.ask("POST", "/api/staff/login/", body=signing_in).body
            self._staff[role] = newcomer.known_by(session["token"])
        return self._staff[role]

    def channels(self, kinds: str, *, booking_id: str = "", room: str = "") -> list[str]:
        """The names of channels: any of `hotel staff booking room public`."""
        names = {
            "hotel": f"private-hotel-{self.hotel}",
            "staff": f"private-staff-{self.hotel}",
            "booking": f"private-booking-{booking_id}",
            "room": f"private-room-{self.hotel}-{room}",
            "public": f"hotel-{self.hotel}-public",
        }
        return [names[kind] for kind in kinds.split()]

    def now(self) -> datetime:
        """The domain's time at the hotel."""
        with ask_client(self.addresses.amqp) as asker:
            [reading] = read_clocks(asker, ["bookings"])
        return reading.now.astimezone(ZoneInfo(self.page["timezone"]))

    def today(self) -> date:
        """The hotel's date; the clock is moved past midnight first where that is near, so that it stays so."""
        now = self.now()
        if (now + NEAR_MIDNIGHT).date() > now.date():
            self.advance(NEAR_MIDNIGHT + timedelta(minutes=1))
            now = self.now()
        return now.date()

    def advance(self, span: timedelta) -> None:
        """Move every clock."""
        with ask_client(self.addresses.amqp) as asker:
            readings = advance(asker, self.addresses.stripe, seconds=int(span.total_seconds()))
        shown = sorted({f"{reading.now:%H:%M}" for reading in readings})
        self.transcript.line("clock", f"{span} later: {len(readings)} clocks say {' and '.join(shown)} UTC")

    def close(self) -> None:
        """Let go of every connection."""
        for party in self._staff.values():
            party.close()
