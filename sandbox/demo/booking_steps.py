"""The guest's booking: created, shown on the guest page, announced by push and mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from contracts.values import Money, from_major
from sandbox.demo.clients import ApiClient
from sandbox.demo.context import DemoContext
from sandbox.demo.expectations import eventually, expect, expect_fields, expect_that
from sandbox.guest_details import guest_details

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
class DemoBooking:
    """A booking with its guest. `intent` is the payment intent's id; empty until the card is authorised."""

    demo: DemoContext
    guest: ApiClient
    id: str
    email: str
    phone: str
    first_name: str
    total: Money
    intent: str = ""

    @property
    def path(self) -> str:
        """The booking's path in the public API."""
        return f"{self.demo.public_path}/room-bookings/{self.id}"

    @property
    def staff_path(self) -> str:
        """The booking's path in the staff API."""
        return f"{self.demo.staff_path}/room-bookings/{self.id}"

    def read(self) -> dict[str, Any]:
        """The booking as its guest sees it."""
        body: dict[str, Any] = self.guest.send("GET", f"{self.path}/").body
        return body

    def wait_for_status(self, status: str) -> dict[str, Any]:
        """Wait until the booking has this status; returns the booking as its guest sees it."""
        result = eventually(
            f"{self.id} becomes {status}",
            self.read,
            holds=lambda actual: actual.get("status") == status,
            describe=lambda actual: (actual.get("status"), actual.get("payment_status"), actual.get("error")),
        )
        self.demo.transcript.line("guest", f"sees {status}", f"payment {result['payment_status']}")
        return result

    def expect_event(self, event: str, kinds: str, *, room: str = "") -> None:
        """Expect the realtime event exactly once on each of these kinds of channel."""
        channels = self.demo.channels(kinds, booking_id=self.id, room=room)
        self.demo.push.expect_event(event, channels, about=lambda data: data.get("booking_id") == self.id)

    def expect_mail(self, subject: str) -> None:
        """Expect one mail with this subject to the guest."""
        self.demo.mailbox.expect_mail(self.email, subject=subject)


def new_guest(first_name: str = "Aoife") -> dict[str, str]:
    """The details of a guest with an address of their own."""
    return guest_details(token_hex(3), first_name=first_name)


def book(
    demo: DemoContext, stay: Mapping[str, Any], *, quote_id: str | None = None, first_name: str = "Aoife"
) -> DemoBooking:
    """The guest books. The same key returns the same booking; the same key with another body is refused."""
    guest, visitor = new_guest(first_name), demo.visitor()
    order = {**stay, "guest": guest} | ({"quote_id": quote_id} if quote_id else {})
    path, key = f"{demo.public_path}/room-bookings/", {"Idempotency-Key": token_hex(16)}
    first = visitor.call("POST", path, status=201, body=order, headers=key)
    expect_fields("a new booking", first.body, (*GUEST_FIELDS, "guest_token"))
    expect("a new booking waits for payment", first.body["status"], "PENDING_PAYMENT")
    again = visitor.call("POST", path, status=201, body=order, headers=key)
    expect("the repetition is marked as replayed", again.headers.get("Idempotency-Replayed"), "true")
    same = ("booking_id", "guest_token")
    expect("the repetition is the same booking", [again.body[x] for x in same], [first.body[x] for x in same])
    visitor.expect_refusal(
        "POST", path, status=422, code="IDEMPOTENCY_KEY_REUSED", body={**order, "adults": 1}, headers=key
    )
    result = first.body
    booked = DemoBooking(
        demo=demo,
        guest=visitor.with_token(result["guest_token"]),
        id=result["booking_id"],
        email=guest["email"],
        phone=guest["phone"],
        first_name=guest["first_name"],
        total=from_major(result["total_amount"], result["currency"]),
    )
    booked.expect_event("booking_created", "hotel booking")
    booked.expect_mail(f"Booking received - {booked.id}")
    return booked


def open_guest_page(booked: DemoBooking) -> None:
    """The guest page: its fields, its realtime channel, and the fields that only staff see."""
    result = booked.guest.call("GET", f"{booked.path}/").body
    expect_fields("the guest's booking", result, GUEST_FIELDS)
    expect_that("the guest does not see the hotel's notes", not set(STAFF_SECRETS) & set(result), actual=sorted(result))
    expect("no PIN and no Wi-Fi before check-in", (result["wifi"], result["room_pin"]), (None, None))
    [channel] = booked.demo.channels("booking", booking_id=booked.id)
    realtime = result["realtime"] or {}
    expect("the guest gets their channel", realtime.get("channel"), channel)
    sign = {"socket_id": "12.34", "channel_name": channel}
    expect_fields("the signature", booked.guest.call("POST", "/api/realtime/auth/", body=sign).body, ("auth",))
    [staff_only] = booked.demo.channels("hotel")
    booked.guest.expect_refusal(
        "POST",
        "/api/realtime/auth/",
        status=403,
        code="CHANNEL_FORBIDDEN",
        body={"socket_id": "12.34", "channel_name": staff_only},
    )
    booked.demo.visitor("stranger").expect_refusal("GET", f"{booked.path}/", status=401, code="INVALID_TOKEN")
