"""The guest books: a booking of their own, the page it is shown on, and what reaches them about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from contracts.values import from_major
from sandbox.demo.expecting import eventually, expect, expect_fields, expect_that
from sandbox.demo.parties import Party
from sandbox.demo.world import World

GUEST_FIELDS = (
    "booking_id",
    "confirmation_number",
    "status",
    "check_in",
    "check_out",
    "nights",
    "total_amount",
    "currency",
    "payment_status",
    "expires_at",
    "can_cancel",
    "cancellation_preview",
    "assigned_room_number",
    "wifi",
    "room_pin",
    "realtime",
    "version",
)
STAFF_SECRETS = ("internal_notes", "reason_note", "assignment_notes")


@dataclass
class Booked:
    """A booking and its guest. `intent` is the card provider's, once the card is authorised."""

    world: World
    guest: Party
    id: str
    email: str
    phone: str
    first_name: str
    total: str
    currency: str
    intent: str = ""

    @property
    def path(self) -> str:
        """The booking as its guest sees it."""
        return f"{self.world.public}/room-bookings/{self.id}"

    @property
    def desk_path(self) -> str:
        """The booking as staff see it."""
        return f"{self.world.desk}/room-bookings/{self.id}"

    @property
    def minor(self) -> int:
        """The whole price in minor units."""
        return from_major(self.total, self.currency).amount

    def look(self) -> dict[str, Any]:
        """What its guest is told now."""
        body: dict[str, Any] = self.guest.send("GET", f"{self.path}/").body
        return body

    def becomes(self, status: str) -> dict[str, Any]:
        """What its guest is told once it has this status."""
        told = eventually(
            f"{self.id} becomes {status}",
            self.look,
            holds=lambda seen: seen.get("status") == status,
            show=lambda seen: (seen.get("status"), seen.get("payment_status"), seen.get("error")),
        )
        self.world.transcript.line("guest", f"sees {status}", f"payment {told['payment_status']}")
        return told

    def pushed(self, event: str, kinds: str, *, room: str = "") -> None:
        """The realtime event has come once on each of these kinds of channel."""
        channels = self.world.channels(kinds, booking_id=self.id, room=room)
        self.world.push.reached(event, channels, about=lambda data: data.get("booking_id") == self.id)

    def mailed(self, subject: str) -> None:
        """The guest has this mail once."""
        self.world.mailbox.has(self.email, subject=subject)


def somebody(first_name: str = "Aoife") -> dict[str, str]:
    """A guest with an address of their own."""
    mark = token_hex(3)
    return {
        "first_name": first_name,
        "last_name": f"Walsh-{mark}",
        "email": f"{first_name.lower()}.{mark}@guest.example",
        "phone": f"+353 85 {int(mark, 16) % 10_000_000:07d}",
    }


def book(world: World, stay: Mapping[str, Any], *, quote_id: str | None = None, first_name: str = "Aoife") -> Booked:
    """The guest books; a repetition under the same key is the same booking, another body under it is refused."""
    guest, visitor = somebody(first_name), world.visitor()
    order = {**stay, "guest": guest} | ({"quote_id": quote_id} if quote_id else {})
    path, key = f"{world.public}/room-bookings/", {"Idempotency-Key": token_hex(16)}
    first = visitor.ask("POST", path, status=201, body=order, headers=key)
    expect_fields("a new booking", first.body, (*GUEST_FIELDS, "guest_token"))
    expect("a new booking waits for payment", first.body["status"], "PENDING_PAYMENT")
    again = visitor.ask("POST", path, status=201, body=order, headers=key)
    expect("the repetition says that it is one", again.headers.get("Idempotency-Replayed"), "true")
    same = ("booking_id", "guest_token")
    expect("the repetition is the same booking", [again.body[x] for x in same], [first.body[x] for x in same])
    visitor.refused("POST", path, status=422, code="IDEMPOTENCY_KEY_REUSED", body={**order, "adults": 1}, headers=key)
    told = first.body
    booked = Booked(
        world=world,
        guest=visitor.known_by(told["guest_token"]),
        id=told["booking_id"],
        email=guest["email"],
        phone=guest["phone"],
        first_name=guest["first_name"],
        total=told["total_amount"],
        currency=told["currency"],
    )
    booked.pushed("booking_created", "hotel booking")
    booked.mailed(f"Booking received - {booked.id}")
    return booked


def follow_the_link(booked: Booked) -> None:
    """The guest's page: what is shown there, where it listens, and what it keeps to the hotel."""
    told = booked.guest.ask("GET", f"{booked.path}/").body
    expect_fields("the guest's booking", told, GUEST_FIELDS)
    expect_that("the hotel's notes stay with the hotel", not set(STAFF_SECRETS) & set(told), seen=sorted(told))
    expect("no secrets before check-in", (told["wifi"], told["room_pin"]), (None, None))
    [channel] = booked.world.channels("booking", booking_id=booked.id)
    realtime = told["realtime"] or {}
    expect("the guest is told their channel", realtime.get("channel"), channel)
    sign = {"socket_id": "12.34", "channel_name": channel}
    expect_fields("the signature", booked.guest.ask("POST", "/api/realtime/auth/", body=sign).body, ("auth",))
    [staff_only] = booked.world.channels("hotel")
    booked.guest.refused(
        "POST",
        "/api/realtime/auth/",
        status=403,
        code="CHANNEL_FORBIDDEN",
        body={"socket_id": "12.34", "channel_name": staff_only},
    )
    booked.world.visitor("stranger").refused("GET", f"{booked.path}/", status=401, code="INVALID_TOKEN")
