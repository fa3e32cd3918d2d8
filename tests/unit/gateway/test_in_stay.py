"""Lookup, chat, communications and room service over HTTP."""

from dataclasses import replace
from typing import Any

import pytest

from contracts.bookings.chat import Chat, ChatMessage, ChatSide, GetChat, SendChatMessage
from contracts.bookings.communications import Communicate, Communication, CommunicationType, DeliveryStatus
from contracts.bookings.guest_services import RegisterPushToken
from contracts.bookings.lookups import BookingInBrief, FoundBookings, LookUpBookings
from contracts.bookings.orders import AcceptOrder, Order, OrderLine, OrderStatus, PlaceOrder
from contracts.bookings.status import BookingStatus
from contracts.message import Nothing
from contracts.rooms.menu import AddMenuItem, MenuItem, RemoveMenuItem
from contracts.values import GUEST as A_GUEST
from contracts.values import Money
from gateway.identity.roles import Role
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import GUEST, Gateway, code

STAFF = f"/api/staff/hotels/{builders.HOTEL}"
OF_STAFF = f"{STAFF}/room-bookings/{builders.BOOKING}"
OF_GUEST = f"/api/public/hotels/{builders.HOTEL}/room-bookings/{builders.BOOKING}"
SAID = ChatMessage(id=7, sender=ChatSide.GUEST, by=A_GUEST, text="Is there a lift?", sent_at=builders.NOON)
ORDER = Order(
    id="0f3c",
    booking_id=builders.BOOKING,
    room_number="101",
    status=OrderStatus.ACCEPTED,
    lines=(OrderLine(item_id=7, name="Soup", quantity=2, unit_price=Money(650, "EUR"), amount=Money(1300, "EUR")),),
    total=Money(1300, "EUR"),
    note="",
    placed_at=builders.NOON,
    accepted_at=builders.NOON,
    accepted_by=builders.CLERK,
)
ITEM = MenuItem(id=7, name="Soup", description="", category="Food", price=Money(650, "EUR"), is_available=True)


def test_a_lookup_by_e_mail_and_number_returns_the_booking_without_secrets(gateway: Gateway) -> None:
    gateway.bus.answers(LookUpBookings, FoundBookings(whole=(builders.booking(),)))

    answer = gateway.get("/api/bookings/lookup?email=Ada@example.com&confirmation_number=KIL-2026-X4T9PWHC")

    (booking,) = answer.json()["bookings"]
    assert (booking["booking_id"], booking["wifi"], booking["room_pin"]) == (builders.BOOKING, None, None)
    assert "guest_token" not in booking
    assert "internal_notes" not in booking
    assert gateway.bus.last(LookUpBookings).email == "Ada@example.com"


def test_a_lookup_by_number_shows_six_fields_and_by_address_nothing(gateway: Gateway) -> None:
    brief = BookingInBrief(
        confirmation_number="KIL-2026-X4T9PWHC",
        hotel=builders.HOTEL,
        hotel_name="Hotel Killarney",
        status=BookingStatus.CONFIRMED,
        check_in=builders.booking().check_in,
        check_out=builders.booking().check_out,
    )
    gateway.bus.answers(
        LookUpBookings,
        lambda ask, _: FoundBookings(brief=(brief,) if ask.confirmation_number else ()),
    )

    by_number = gateway.get("/api/bookings/lookup/?confirmation_number=KIL-2026-X4T9PWHC").json()
    by_address = gateway.get("/api/bookings/lookup/?email=ada@example.com")

    (booking,) = by_number["bookings"]
    assert set(booking) == {"confirmation_number", "hotel", "hotel_name", "status", "check_in", "check_out"}
    assert (by_address.status_code, by_address.json()) == (200, {"bookings": []})


def test_lookups_are_limited_on_their_own() -> None:
    gateway = Gateway(rate_limits="lookup=2")
    gateway.bus.answers(LookUpBookings, FoundBookings())
    try:
        answers = [gateway.get("/api/bookings/lookup/?email=a@b.ie").status_code for _ in range(3)]
    finally:
        gateway.close()

    assert answers == [200, 200, 429]


@pytest.mark.parametrize("path", [f"{OF_STAFF}/chat/messages/", f"{STAFF}/bookings/{builders.BOOKING}/chat/messages"])
def test_staff_write_to_the_guest(gateway: Gateway, path: str) -> None:
    by_staff = replace(SAID, sender=ChatSide.STAFF, by=builders.CLERK)
    gateway.bus.answers(SendChatMessage, by_staff)
    desk = gateway.accounts.signed_in(builders.staff(Role.FRONT_DESK))

    answer = gateway.post(path, {"text": "There is."}, headers=desk)

    assert (answer.status_code, answer.json()["sender_name"]) == (201, "Nora Clerk")
    assert gateway.bus.last(SendChatMessage).text == "There is."
    cleaner = gateway.accounts.signed_in(builders.staff(Role.HOUSEKEEPING))
    assert gateway.post(path, {"text": "x"}, headers=cleaner).status_code == 403


def test_the_guest_reads_the_chat_in_pages(gateway: Gateway) -> None:
    chat = Chat(booking_id=builders.BOOKING, is_open=True, unread=1, count=3, results=(SAID,))
    gateway.bus.answers(GetChat, chat)

    answer = gateway.get(f"{OF_GUEST}/chat/messages/?page_size=1&after=2", headers=GUEST).json()

    assert (answer["count"], answer["unread"], answer["next"]) == (3, 1, "?page_size=1&after=2&page=2")
    assert gateway.bus.last(GetChat).after == 2


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": "  "}, {"text": "x" * 2001}, {"text": "a\u0000"}])
def test_an_empty_or_too_long_message_is_refused(gateway: Gateway, body: dict[str, Any]) -> None:
    answer = gateway.post(f"{OF_GUEST}/chat/messages/", body, headers=GUEST)

    assert (answer.status_code, code(answer)) == (422, "VALIDATION_ERROR")


def test_a_communication_has_its_delivery_status(gateway: Gateway, manager: dict[str, str]) -> None:
    communication = Communication(
        id="c1",
        communication_type=CommunicationType.SMS,
        subject="",
        message="Hello",
        recipient="+353 1 555",
        staff_member=builders.CLERK,
        sent_at=builders.NOON,
        delivery_status=DeliveryStatus.FAILED,
        failure_reason="SMS_NOT_CONFIGURED",
    )
    gateway.bus.answers(Communicate, communication)

    answer = gateway.post(
        f"{OF_STAFF}/communications/", {"communication_type": "SMS", "message": "Hello"}, headers=manager
    )

    assert answer.status_code == 201
    assert answer.json() == {
        "id": "c1",
        "communication_type": "SMS",
        "subject": "",
        "message": "Hello",
        "recipient": "+353 1 555",
        "staff_member": {"kind": "staff", "id": "b6f8", "name": "Nora Clerk"},
        "sent_at": "2026-07-01T12:00:00Z",
        "delivery_status": "FAILED",
        "failure_reason": "SMS_NOT_CONFIGURED",
    }
    wrong = gateway.post(f"{OF_STAFF}/communications/", {"communication_type": "FAX", "message": "x"}, headers=manager)
    assert wrong.status_code == 422


def test_an_order_names_staff_for_staff_only(gateway: Gateway, manager: dict[str, str]) -> None:
    gateway.bus.answers(PlaceOrder, ORDER)
    gateway.bus.answers(AcceptOrder, ORDER)

    guests = gateway.post(f"{OF_GUEST}/orders/", {"items": [{"item_id": 7, "quantity": 2}]}, headers=GUEST)
    paths = (f"{STAFF}/orders/0f3c/accept/", f"{OF_STAFF}/orders/0f3c/accept/")
    staffs = [gateway.post(path, headers=manager).json() for path in paths]

    assert (guests.status_code, guests.json()["total"], guests.json()["accepted_by"]["name"]) == (201, "13.00", None)
    assert {each["accepted_by"]["name"] for each in staffs} == {"Nora Clerk"}


def test_menu_items_need_the_permission_to_manage_settings(gateway: Gateway, manager: dict[str, str]) -> None:
    gateway.bus.answers(AddMenuItem, ITEM)
    gateway.bus.answers(RemoveMenuItem, Nothing())
    desk = gateway.accounts.signed_in(builders.staff(Role.FRONT_DESK))

    added = gateway.post(f"{STAFF}/menu/", {"name": "Soup", "price": "6.50"}, headers=manager)
    removed = gateway.call("DELETE", f"{STAFF}/menu/7/", headers=manager)

    assert (added.status_code, added.json()["price"], removed.status_code) == (201, "6.50", 204)
    assert gateway.post(f"{STAFF}/menu/", {"name": "Soup", "price": "6.50"}, headers=desk).status_code == 403
    assert code(gateway.get(f"{STAFF}/menu/seven/", headers=manager)) == "MENU_ITEM_NOT_FOUND"
    assert gateway.post(f"{STAFF}/menu/", {"name": "Soup", "price": "-1"}, headers=manager).status_code == 422


def test_no_response_contains_the_push_token(gateway: Gateway) -> None:
    gateway.bus.answers(RegisterPushToken, builders.in_house())

    answer = gateway.post(f"{OF_GUEST}/push-token/", {"token": "PLANTED-FCM"}, headers=GUEST)

    assert answer.json() == {"booking_id": builders.BOOKING, "registered": True}
    assert gateway.bus.last(RegisterPushToken).push_token == "PLANTED-FCM"
