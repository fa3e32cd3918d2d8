"""Every endpoint that the sources name, spelled as they spell it: it does its work, and the canonical one agrees."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import httpx
import pytest

from contracts.bookings.views import BookingDetail, CreatedBooking
from gateway.api.routes import operations
from gateway.http.routing import router_of
from gateway.identity.roles import Role
from tests.conversations.actions import assigned, confirmed, in_house
from tests.conversations.conftest import HOTEL, PlatformFixture, new_fixture
from tests.conversations.http_gateway import PlatformBus
from tests.fakes.database_copies import CopyDatabase
from tests.unit.gateway.builders import staff
from tests.unit.gateway.document import ROUTES
from tests.unit.gateway.fakes import Gateway

ROUTER = router_of(ROUTES)
CHANGING = {"updated_at", "version", "expires_at", "timestamp", "trace_id"}
GUEST = {"first_name": "Ada", "last_name": "Guest", "email": "ada@example.com", "phone": "+353 1 5550100"}

# What the sources name: the method, the path as they spell it, and the operation that it must lead to.
NAMED = (
    ("GET", "/api/public/hotels/{slug}/settings/", "get_public_settings"),
    ("POST", "/api/guest/hotels/{slug}/booking/", "create_booking"),
    ("GET", "/api/bookings/lookup/", "look_up_bookings"),
    ("POST", "/api/public/hotel/{slug}/room-bookings/{booking_id}/payment/session/", "open_payment_session"),
    ("POST", "/api/public/hotel/room-bookings/stripe-webhook/", "take_stripe_webhook"),
    ("GET", "/api/public/hotel/{slug}/room-bookings/{booking_id}/payment/verify/", "verify_payment"),
    ("POST", "/api/staff/hotel/{slug}/room-bookings/{booking_id}/approve/", "approve_booking"),
    ("POST", "/api/staff/hotel/{slug}/room-bookings/{booking_id}/decline/", "decline_booking"),
    ("GET", "/api/staff/hotels/{slug}/bookings/", "list_bookings"),
    ("POST", "/api/staff/hotels/{slug}/bookings/{booking_id}/confirm/", "confirm_booking"),
    ("PUT", "/api/staff/hotels/{slug}/settings/", "replace_settings"),
    ("PATCH", "/api/staff/hotels/{slug}/settings/", "change_settings"),
    ("GET", "/api/staff/{slug}/me/", "get_me"),
    ("GET", "/rooms/rooms/{room_number}/", "get_room"),
    ("POST", "/rooms/{slug}/rooms/{room_number}/add-guest/", "add_guest"),
    ("GET", "/rooms/rooms/", "list_rooms"),
    ("POST", "/api/staff/hotels/{slug}/bookings/{booking_id}/assign-room/", "assign_room"),
    ("POST", "/api/staff/hotels/{slug}/bookings/{booking_id}/check-in/", "check_in"),
    ("POST", "/api/staff/hotels/{slug}/bookings/{booking_id}/check-out/", "check_out"),
    ("POST", "/api/staff/hotels/{slug}/bookings/{booking_id}/checkout/", "check_out"),
    ("POST", "/api/staff/hotels/{slug}/room-bookings/{booking_id}/check-out/", "check_out"),
    ("POST", "/api/staff/hotel/{slug}/rooms/checkout/", "check_out_rooms"),
    ("GET", "/api/staff/hotels/{slug}/rooms/availability/", "find_free_rooms"),
    ("GET", "/api/staff/hotels/{slug}/bookings/{booking_id}/communications/", "list_communications"),
    ("POST", "/api/staff/hotels/{slug}/bookings/{booking_id}/communications/", "communicate"),
)


@dataclass
class Wanted:
    """The request with which an endpoint does its work."""

    who: str = "staff"
    path: dict[str, str] = field(default_factory=dict)
    sent: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="module")
def old_client(template_databases: dict[str, str], copied_database: CopyDatabase) -> Iterator["OldClient"]:
    with new_fixture(template_databases, copied_database) as fixture:
        gateway = Gateway(bus=PlatformBus(fixture.platform))
        yield OldClient(fixture, gateway)
        gateway.close()


class OldClient:
    """An older client: brings the hotel into the state that a call needs, and calls."""

    def __init__(self, fixture: PlatformFixture, gateway: Gateway) -> None:
        self.fixture = fixture
        self._gateway = gateway
        self._desk = gateway.accounts.signed_in(staff(Role.MANAGER, hotel=HOTEL, is_superuser=True))
        self._days, self._rooms = count(1), iter(("105", "106", "107", "108", "201", "202", "203", "204"))

    def calls(self, method: str, path: str, request: Wanted) -> httpx.Response:
        """The answer at this path."""
        proof = {"staff": self._desk, "guest": request.sent.get("headers", {}), "nobody": {}}[request.who]
        headers = {**proof, **request.sent.get("headers", {}), "Idempotency-Key": "one-key-for-both-spellings"}
        more = {name: value for name, value in request.sent.items() if name != "headers"}
        return self._gateway.call(
            method, path.format_map({"slug": HOTEL, **request.path}), headers=headers, timeout=10, **more
        )

    def booked(self) -> CreatedBooking:
        """A booking that awaits payment, for a night without another booking."""
        first = self.fixture.today() + timedelta(days=next(self._days))
        return self.fixture.book(check_in=first, check_out=first + timedelta(days=1))

    def paid(self) -> CreatedBooking:
        """A booking that waits for approval."""
        created = self.booked()
        self.fixture.pay(created)
        return created

    def arriving(self) -> BookingDetail:
        """A guest of tonight, at the desk."""
        return confirmed(self.fixture, room_type="DBL")

    def inside(self) -> tuple[str, str]:
        """A room and the booking whose guest lives there."""
        number = next(self._rooms)
        return number, in_house(self.fixture, number, room_type="DBL")

    def ready_for(self, operation: str) -> Wanted:
        """Makes the state that the operation needs, and returns the request."""
        ready: dict[str, Callable[[], Wanted]] = {
            "create_booking": self._new_booking,
            "look_up_bookings": self._looked_up,
            "open_payment_session": lambda: self._of_guest(self.booked()),
            "take_stripe_webhook": self._webhook,
            "verify_payment": self._verification,
            "approve_booking": lambda: self._about(self.paid().booking.id),
            "decline_booking": lambda: self._about(self.paid().booking.id, reason_code="OTHER"),
            "list_bookings": self._listing,
            "confirm_booking": lambda: self._about(self.booked().booking.id),
            "replace_settings": self._whole_settings,
            "change_settings": lambda: Wanted(sent={"json": {"tagline": "By the lake"}}),
            "get_room": lambda: Wanted(path={"room_number": "101"}),
            "add_guest": lambda: Wanted(path={"room_number": next(self._rooms)}, sent={"json": {"guest": GUEST}}),
            "assign_room": lambda: self._about(self.arriving().id, room_number=next(self._rooms), notes="Quiet"),
            "check_in": lambda: self._about(assigned(self.fixture, self.arriving().id, next(self._rooms)).id),
            "check_out": lambda: self._about(self.inside()[1]),
            "check_out_rooms": self._bulk,
            "find_free_rooms": self._free_rooms,
            "list_communications": lambda: self._about(self.paid().booking.id),
            "communicate": lambda: self._about(
                self.booked().booking.id, communication_type="NOTE", subject="Bed", message="A cot, please."
            ),
        }
        return ready.get(operation, lambda: Wanted(who="staff" if operation in OF_STAFF else "nobody"))()

    def _about(self, booking_id: str, **body: Any) -> Wanted:
        return Wanted(path={"booking_id": booking_id}, sent={"json": body} if body else {})

    def _of_guest(self, created: CreatedBooking, **more: Any) -> Wanted:
        token = {"Authorization": f"Bearer {created.guest_token}"}
        return Wanted("guest", {"booking_id": created.booking.id}, {"headers": token, **more})

    def _new_booking(self) -> Wanted:
        first = self.fixture.today() + timedelta(days=next(self._days))
        stay = {"check_in": str(first), "check_out": str(first + timedelta(days=2)), "adults": 1, "children": 0}
        return Wanted("nobody", {}, {"json": {"room_type_code": self.fixture.room_types()[0], **stay, "guest": GUEST}})

    def _looked_up(self) -> Wanted:
        booking = self.booked().booking
        query = {"email": "ADA@example.com", "confirmation_number": booking.confirmation_number}
        return Wanted("nobody", {}, {"params": query})

    def _webhook(self) -> Wanted:
        created = self.booked()
        request = self._of_guest(created)
        session = self.calls(
            "POST", f"/api/public/hotels/{HOTEL}/room-bookings/{{booking_id}}/payment/session/", request
        )
        self.fixture.stripe.pay(session.json()["session_id"])
        self.fixture.stripe.wait_until_delivered()
        body, signature = self.fixture.webhooks.take()[-1]
        return Wanted("nobody", {}, {"content": body.encode(), "headers": {"Stripe-Signature": signature}})

    def _verification(self) -> Wanted:
        created = self.booked()
        session = self.fixture.pay(created)
        return self._of_guest(created, params={"session_id": session.session_id})

    def _listing(self) -> Wanted:
        self.booked()
        day = str(self.fixture.today())
        return Wanted(sent={"params": {"status": "CONFIRMED,PENDING_PAYMENT", "start_date": day, "search": "ada"}})

    def _bulk(self) -> Wanted:
        return Wanted(sent={"json": {"room_ids": [self.inside()[0]], "destructive": False}})

    def _whole_settings(self) -> Wanted:
        path = "/api/staff/hotels/{slug}/settings/"
        return Wanted(sent={"json": {**self.calls("GET", path, Wanted()).json(), "tagline": "At the lake"}})

    def _free_rooms(self) -> Wanted:
        first = self.fixture.today()
        return Wanted(sent={"params": {"check_in": str(first), "check_out": str(first + timedelta(days=2))}})


OF_STAFF = {operation.name for operation in operations() if "/staff/" in operation.path}


def lasting(answer: httpx.Response) -> Any:
    """The answer without what changes from moment to moment."""

    def without(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: without(value) for name, value in part.items() if name not in CHANGING}
        return [without(each) for each in part] if isinstance(part, list) else part

    return without(answer.json())


@pytest.mark.parametrize(("method", "path", "operation"), NAMED, ids=[f"{method} {path}" for method, path, _ in NAMED])
def test_every_path_of_older_clients_works_as_they_spell_it(
    old_client: OldClient, method: str, path: str, operation: str
) -> None:
    request = old_client.ready_for(operation)
    spelled = path.format_map({"slug": HOTEL, **request.path})
    matched = ROUTER.matches({"type": "http", "method": method, "path": spelled})[1]["route"].operation
    assert matched.name == operation

    answered = old_client.calls(method, path, request)
    old_client.fixture.settle()
    canonical = old_client.calls(method, matched.path, request)

    assert answered.status_code in {200, 201, 202}, answered.text
    if operation == "take_stripe_webhook":
        assert (answered.json(), canonical.json()) == ({"status": "success"}, {"status": "already_processed"})
    elif operation == "approve_booking":  # answered before the capture, and again after it
        assert answered.json()["decision_made_at"] == canonical.json()["decision_made_at"]
        assert canonical.json()["status"] == "CONFIRMED"
    else:
        assert lasting(answered) == lasting(canonical)
