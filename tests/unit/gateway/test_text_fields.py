"""Every door for text that people enter: one check of addresses, one bound per kind of field, one form."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from contracts import fields
from contracts.bookings.amendments import AmendBooking
from contracts.bookings.asks import CreateBooking
from contracts.bookings.communications import Communicate
from contracts.bookings.lookups import FoundBookings, LookUpBookings
from contracts.bookings.queries import ListBookings
from contracts.bookings.views import BookingList, CreatedBooking
from contracts.bookings.walk_ins import AddWalkIn
from contracts.rooms.settings import ChangeSettings
from gateway.pages import FOLDER
from tests.unit.chassis.test_email_addresses import LONGEST
from tests.unit.gateway import builders
from tests.unit.gateway.document import OPERATIONS, resolved
from tests.unit.gateway.fakes import Gateway, code

PUBLIC, STAFF = f"/api/public/hotels/{builders.HOTEL}", f"/api/staff/hotels/{builders.HOTEL}"
STAY = {"room_type_code": "STD", "check_in": "2026-08-14", "check_out": "2026-08-16"}
ADA = {"first_name": "Ada", "last_name": "Byrne"}
BOOKING = f"{STAFF}/room-bookings/{builders.BOOKING}"

# Each door for an e-mail address to which mails are sent: method, path, body of an address, field, message.
Door = tuple[str, str, Callable[[str], dict[str, Any]], str, Any]
BOOKINGS, DESK, WALK_INS, CONTACT, SETTINGS = (
    f"{PUBLIC}/room-bookings/",
    f"{STAFF}/room-bookings/",
    f"{STAFF}/rooms/101/add-guest/",
    f"{BOOKING}/",
    f"{STAFF}/settings/",
)
ADDRESS_DOORS: list[Door] = [
    ("POST", BOOKINGS, lambda it: {**STAY, "guest": {**ADA, "email": it}}, "guest.email", CreateBooking),
    ("POST", BOOKINGS, lambda it: {**STAY, "guest": ADA, "guest_email": it}, "guest.email", CreateBooking),
    ("POST", DESK, lambda it: {**STAY, "guest": {**ADA, "email": it}}, "guest.email", CreateBooking),
    ("POST", WALK_INS, lambda it: {"guest": {**ADA, "email": it}}, "guest.email", AddWalkIn),
    ("PATCH", CONTACT, lambda it: {"guest_email": it}, "guest_email", AmendBooking),
    ("PATCH", SETTINGS, lambda it: {"email": it}, "email", ChangeSettings),
]
UNUSABLE = ["two..dots@x.example", ".lead@x.example", "用户@例子.example", "<a@b.cc>", "nobody", f"a{LONGEST}"]

# The kind of every field of text that people enter, by name.
KINDS = {
    **dict.fromkeys(("first_name", "last_name", "guest_first_name", "guest_last_name"), fields.NAME),
    **dict.fromkeys(("name", "amenities"), fields.NAME),
    **dict.fromkeys(("email", "guest_email"), fields.EMAIL),
    **dict.fromkeys(("phone", "guest_phone"), fields.PHONE),
    "recipient": fields.RECIPIENT,
    "subject": fields.SUBJECT,
    "message": fields.LETTER,
    **dict.fromkeys(("special_requests", "internal_notes", "reason_note", "notes"), fields.PROSE),
    **dict.fromkeys(("address", "short_description", "long_description"), fields.PROSE),
    **dict.fromkeys(("tagline", "bed_setup", "ssid", "timezone"), fields.SHORT_TEXT),
    "description": fields.NOTE,
    "category": fields.CATEGORY,
    "search": fields.SEARCH,
    "confirmation_number": fields.BOOKING_NAME,
}  # fmt: skip
# One name for the fields of several kinds: a booking's notes and those of an order, a chat's text and a policy's.
SEVERAL = {
    "note": {fields.PROSE.most, fields.NOTE.most},
    "reason": {fields.PROSE.most, fields.NOTE.most},
    "text": {fields.CHAT_MESSAGE.most, fields.PROSE.most},
    "password": {fields.PASSWORD.most, fields.SHORT_TEXT.most},
}
# Fields with a syntax of their own: codes, names of rooms, addresses on the web, tokens.
OF_OWN_SYNTAX = {
    "code", "policy", "promo_code", "quote_id", "room_type", "room_type_code", "exclude_booking", "assignee",
    "room_ids", "room_number", "to_room_number", "currency", "slug", "token", "session_id", "socket_id",
    "channel_name", "cancel_url", "success_url", "gallery", "hero_image", "logo_image", "photo",
}  # fmt: skip


def as_staff(gateway: Gateway, headers: dict[str, str], door: Door, address: str) -> Any:
    method, path, body, _, _ = door
    send = gateway.post if method == "POST" else gateway.patch
    return send(path, body(address), headers=headers if path.startswith(STAFF) else {})


@pytest.mark.parametrize("address", UNUSABLE)
@pytest.mark.parametrize("door", ADDRESS_DOORS, ids=lambda door: f"{door[4].__name__}-{door[3]}")
def test_an_address_that_no_mail_reaches_is_refused_with_the_reason(
    gateway: Gateway, manager: dict[str, str], door: Door, address: str
) -> None:
    answer = as_staff(gateway, manager, door, address)

    assert (answer.status_code, code(answer)) == (422, "VALIDATION_ERROR")
    [error] = answer.json()["errors"]
    assert error["field"] == door[3]
    assert re.search("address|@-sign|at most 254", error["message"])
    assert not error["message"].startswith("Value error")
    assert gateway.bus.count(door[4]) == 0


@pytest.mark.parametrize("door", ADDRESS_DOORS, ids=lambda door: f"{door[4].__name__}-{door[3]}")
@pytest.mark.parametrize(
    ("entered", "sent"),
    [(LONGEST, LONGEST), (" Ada@Example.COM ", "Ada@example.com"), ("user@例子.example", "user@xn--fsqu00a.example")],
)
def test_an_address_goes_on_as_mails_are_sent_to_it(
    gateway: Gateway, manager: dict[str, str], door: Door, entered: str, sent: str
) -> None:
    created = CreatedBooking(booking=builders.booking(), guest_token="t")
    replies = {CreateBooking: created, AddWalkIn: created, AmendBooking: builders.booking()}
    gateway.bus.answers(door[4], replies.get(door[4], builders.operating_settings()))

    assert as_staff(gateway, manager, door, entered).is_success
    ask = gateway.bus.last(door[4])
    holder = getattr(ask, "guest", None) or getattr(ask, "change", None) or ask
    assert (holder.guest_email if door[4] is AmendBooking else holder.email) == sent


def test_a_letters_recipient_may_be_as_long_as_a_guests_address(gateway: Gateway, front_desk: dict[str, str]) -> None:
    letter = {"communication_type": "EMAIL", "message": "Hello."}

    gateway.post(f"{BOOKING}/communications/", {**letter, "recipient": LONGEST}, headers=front_desk)
    refused = gateway.post(f"{BOOKING}/communications/", {**letter, "recipient": f"a{LONGEST}"}, headers=front_desk)

    assert gateway.bus.last(Communicate).recipient == LONGEST
    assert refused.status_code == 422


def entered_texts(name: str, schema: dict[str, Any], inside: frozenset[str] = frozenset()) -> Iterator[tuple[str, int]]:
    """Each bounded text in a schema of a request: the field's name, and the most characters."""
    reference = schema.get("$ref", "")
    if reference in inside:
        return
    schema, inside = resolved(schema), inside | ({reference} if reference else set())
    if schema.get("type") == "string" and "maxLength" in schema:
        yield name, schema["maxLength"]
    for part in (*schema.get("anyOf", ()), *schema.get("allOf", ()), *([schema["items"]] if "items" in schema else ())):
        yield from entered_texts(name, part, inside)
    for field, part in schema.get("properties", {}).items():
        yield from entered_texts(field, part, inside)


def bounds() -> dict[str, set[int]]:
    """The bounds of every text that a body or a query has, by the field's name."""
    most: dict[str, set[int]] = defaultdict(set)
    for _, _, operation in OPERATIONS:
        content = operation.get("requestBody", {}).get("content", {}).values()
        schemas = [("body", each["schema"]) for each in content]
        schemas += [(each["name"], each["schema"]) for each in operation["parameters"] if each["in"] == "query"]
        for name, schema in schemas:
            for field, bound in entered_texts(name, schema):
                most[field].add(bound)
    return most


def test_every_door_has_the_bound_of_the_fields_kind() -> None:
    expected = {name: {kind.most} for name, kind in KINDS.items()} | SEVERAL
    most = {name: each for name, each in bounds().items() if name not in OF_OWN_SYNTAX}

    assert {name: most[name] for name in expected} == expected
    # A field that the table does not name has the bound of one kind; a field for an address has that of addresses.
    declared = [{kind.most} for kind in vars(fields).values() if isinstance(kind, fields.TextKind)]
    assert [name for name, each in most.items() if name not in SEVERAL and each not in declared] == []
    assert [name for name, each in most.items() if "email" in name and each != {fields.EMAIL.most}] == []


def test_a_letters_recipient_has_the_bound_of_an_address() -> None:
    assert fields.RECIPIENT.most == fields.EMAIL.most == fields.SEARCH.most


def test_the_pages_have_the_bounds_of_the_api() -> None:
    inputs = [
        (name, int(most))
        for script in sorted((FOLDER / "assets").glob("*.js"))
        for name, most in re.findall(r"name: '(\w+)'[^}]*maxlength: (\d+)", script.read_text())
    ]

    assert {name for name, _ in inputs} == {"reason", "reason_note", "notes"}
    assert {most for _, most in inputs} == {fields.PROSE.most}


@pytest.mark.parametrize("name", ["\u200b", "\u202e", "\u3164\u00ad", " "])
def test_a_name_without_a_visible_character_is_refused(gateway: Gateway, name: str) -> None:
    guest = {**ADA, "first_name": name, "email": "ada@example.com"}

    answer = gateway.post(f"{PUBLIC}/room-bookings/", {**STAY, "guest": guest})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["guest.first_name"]


@pytest.mark.parametrize("separator", ["\n", "\x85", "\u2028", "\u2029"])
def test_a_name_of_several_lines_is_refused(gateway: Gateway, separator: str) -> None:
    guest = {**ADA, "first_name": f"Ada{separator}Byrne", "email": "ada@example.com"}

    answer = gateway.post(f"{PUBLIC}/room-bookings/", {**STAY, "guest": guest})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["guest.first_name"]


def test_texts_of_bodies_and_queries_go_on_in_composed_form(gateway: Gateway, front_desk: dict[str, str]) -> None:
    gateway.bus.answers(CreateBooking, CreatedBooking(booking=builders.booking(), guest_token="t"))
    gateway.bus.answers(ListBookings, BookingList(count=0, results=()))
    gateway.bus.answers(LookUpBookings, FoundBookings())
    munoz, jose = (unicodedata.normalize("NFD", text) for text in ("Muñoz", "josé@x.example"))
    guest = {"first_name": munoz, "last_name": munoz, "email": "ada@example.com"}

    gateway.post(f"{PUBLIC}/room-bookings/", {**STAY, "guest": guest, "special_requests": munoz})
    gateway.get(f"{STAFF}/room-bookings/?search={munoz}", headers=front_desk)
    gateway.get(f"/api/bookings/lookup/?email={jose}")

    created = gateway.bus.last(CreateBooking)
    assert {created.guest.first_name, created.guest.last_name, created.special_requests} == {"Muñoz"}
    assert gateway.bus.last(ListBookings).search == "Muñoz"
    assert gateway.bus.last(LookUpBookings).email == "josé@x.example"
