"""Each door of the service for text takes the longest text of the field's kind, and refuses a longer one."""

from collections.abc import Callable
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts import fields
from contracts.bookings.amendments import AmendBooking
from contracts.bookings.communications import Communicate, CommunicationType
from contracts.bookings.orders import PlaceOrder, WantedItem
from contracts.bookings.views import GuestDetails
from contracts.fields import TextKind
from services.bookings.domain import amendments, chat, communications, creation, orders
from tests.unit.bookings.builders import ANNA, HOTEL, NOW, PUBLIC, STAFF, a_booking, a_request
from tests.unit.chassis.test_email_addresses import LONGEST

ABOUT = {"hotel": HOTEL, "booking_id": "BK-2030-ABCDEF"}
ADA = {"first_name": "Ada", "last_name": "Byrne", "email": "ada@example.com"}


def create(field: str) -> Callable[[str], Any]:
    return lambda text: creation.check(a_request(guest=GuestDetails(**ADA | {field: text})), PUBLIC)


def amend(field: str) -> Callable[[str], Any]:
    return lambda text: amendments.amend(a_booking(), AmendBooking(**ABOUT, **{field: text}), by=ANNA)


def communicate(kind: CommunicationType, field: str) -> Callable[[str], Any]:
    def send(text: str) -> Any:
        command = Communicate(**ABOUT, communication_type=kind, **{"message": "Hello.", field: text})
        return communications.begin(a_booking(), command, "c-1", by=ANNA, now=NOW, sms=True)

    return send


def place_order(text: str) -> Any:
    return orders.quantities(PlaceOrder(**ABOUT, items=(WantedItem(item_id=1, quantity=1),), note=text))


MAIL, PHONE, NOTE = CommunicationType.EMAIL, CommunicationType.PHONE, CommunicationType.NOTE
DOORS: list[tuple[str, TextKind, Callable[[str], Any]]] = [
    ("create.first_name", fields.NAME, create("first_name")),
    ("create.last_name", fields.NAME, create("last_name")),
    ("create.email", fields.EMAIL, create("email")),
    ("create.phone", fields.PHONE, create("phone")),
    ("create.special_requests", fields.PROSE, lambda text: creation.check(a_request(special_requests=text), PUBLIC)),
    ("amend.guest_first_name", fields.NAME, amend("guest_first_name")),
    ("amend.guest_email", fields.EMAIL, amend("guest_email")),
    ("amend.guest_phone", fields.PHONE, amend("guest_phone")),
    ("amend.internal_notes", fields.PROSE, amend("internal_notes")),
    ("amend.special_requests", fields.PROSE, amend("special_requests")),
    ("mail.recipient", fields.EMAIL, communicate(MAIL, "recipient")),
    ("phone.recipient", fields.RECIPIENT, communicate(PHONE, "recipient")),
    ("mail.subject", fields.SUBJECT, communicate(MAIL, "subject")),
    ("note.message", fields.LETTER, communicate(NOTE, "message")),
    ("chat.text", fields.CHAT_MESSAGE, lambda text: chat.send(a_booking(), text, caller=STAFF, now=NOW)),
    ("order.note", fields.NOTE, place_order),
]


@pytest.mark.parametrize(("kind", "door"), [pytest.param(kind, door, id=name) for name, kind, door in DOORS])
def test_a_door_has_the_bound_of_the_fields_kind(kind: TextKind, door: Callable[[str], Any]) -> None:
    longest = LONGEST if kind is fields.EMAIL else "1" * kind.most

    door(longest)

    with pytest.raises(Refusal) as refused:
        door(f"1{longest}")
    assert refused.value.code == "VALIDATION_ERROR"
