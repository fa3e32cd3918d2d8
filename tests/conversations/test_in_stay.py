"""Chat, communications and orders over all four services, and the privacy of their contents."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis import codec
from chassis.refusal import Refusal
from contracts.bookings.approval import ConfirmBooking
from contracts.bookings.chat import GetChat, ListChats, SendChatMessage
from contracts.bookings.communications import Communicate, CommunicationType, ListCommunications
from contracts.bookings.guest_access import RevokeGuestToken
from contracts.bookings.guest_services import GetOwnMenu, RegisterPushToken
from contracts.bookings.lookups import LookUpBookings
from contracts.bookings.orders import AcceptOrder, ListOrders, PlaceOrder, WantedItem
from contracts.bookings.queries import GetBooking, GetFeed, GetTimeline, ListBookings
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut
from contracts.bookings.views import CreatedBooking, GuestDetails
from contracts.rooms.events import RoomStatus
from contracts.rooms.menu import AddMenuItem, ChangeMenuItem
from contracts.rooms.rooms import GetRoom, GetRoomHistory, ListRooms
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.values import Caller, Context
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture, guest

ROOM = "101"
PLANTED = {
    "chat": "PLANTED-CHAT",
    "note": "PLANTED-NOTE",
    "push token": "PLANTED-FCM-TOKEN",
    "message": "PLANTED-MESSAGE",
    "subject": "PLANTED-SUBJECT",
    "address": "planted.partner@example.org",
}


def about(created: CreatedBooking, **more: Any) -> dict[str, Any]:
    return {"hotel": HOTEL, "booking_id": created.booking.id, **more}


def move_in(fixture: PlatformFixture, **over: Any) -> CreatedBooking:
    """A guest in room 101."""
    created = fixture.book(**over)
    fixture.platform.ask(ConfirmBooking(**about(created)), STAFF)
    fixture.settle()
    fixture.platform.ask(AssignRoom(**about(created, room_number=ROOM)), STAFF)
    fixture.platform.ask(CheckIn(**about(created)), STAFF)
    fixture.settle()
    return created


def live(fixture: PlatformFixture, created: CreatedBooking) -> dict[str, str]:
    """Does everything that a guest in house can do; returns the private texts by name."""
    mine, ask = guest(created), fixture.platform.ask
    item = ask(AddMenuItem(hotel=HOTEL, name="Soup", price="6.50"), STAFF)
    ask(SendChatMessage(**about(created, text=PLANTED["chat"])), mine)
    order = PlaceOrder(**about(created, items=(WantedItem(item_id=item.id, quantity=2),), note=PLANTED["note"]))
    placed = ask(order, mine)
    ask(AcceptOrder(hotel=HOTEL, order_id=placed.id), STAFF)
    ask(RegisterPushToken(**about(created, push_token=PLANTED["push token"])), mine)
    mail = {"communication_type": CommunicationType.EMAIL, "message": PLANTED["message"], "subject": PLANTED["subject"]}
    ask(Communicate(**about(created, recipient=PLANTED["address"], **mail)), STAFF)
    ask(LookUpBookings(email="ada@example.com"))
    fixture.settle()
    in_house = ask(GetBooking(**about(created)), mine).in_house
    assert in_house is not None
    return {**PLANTED, "PIN": in_house.room_pin, "e-mail": "ada@example.com"}


def test_the_next_guest_of_a_room_sees_nothing_of_the_last_guest(fixture: PlatformFixture) -> None:
    first = move_in(fixture)
    secrets = live(fixture, first)
    fixture.platform.ask(CheckOut(**about(first)), STAFF)
    for status in (RoomStatus.CLEANING_IN_PROGRESS, RoomStatus.CLEANED_UNINSPECTED, RoomStatus.READY_FOR_GUEST):
        fixture.platform.ask(ChangeRoomStatus(hotel=HOTEL, room_number=ROOM, to_status=status), STAFF)
    fixture.settle()
    second = move_in(fixture, guest=GuestDetails(first_name="Bea", last_name="Next", email="bea@example.com"))
    mine, ask = guest(second), fixture.platform.ask
    answers = [
        ask(GetBooking(**about(second)), mine),
        ask(GetFeed(**about(second)), mine),
        ask(GetChat(**about(second)), mine),
        ask(ListOrders(**about(second)), mine),
        ask(GetOwnMenu(**about(second)), mine),
        ask(GetTimeline(**about(second)), STAFF),
        ask(ListCommunications(**about(second)), STAFF),
        ask(GetChat(**about(second)), STAFF),
        ask(ListChats(hotel=HOTEL), STAFF),
        ask(ListOrders(hotel=HOTEL), STAFF),
        ask(GetRoom(hotel=HOTEL, room_number=ROOM), STAFF),
        ask(ListRooms(hotel=HOTEL), STAFF),
        ask(GetRoomHistory(hotel=HOTEL, room_number=ROOM), STAFF),
    ]

    text = codec.encode(answers).decode()
    assert second.booking.id in text, "the views do show the second guest, so a leak of the first would be seen"
    pin = secrets.pop("PIN")
    assert [name for name, value in secrets.items() if value in text] == []
    assert f'"room_pin":"{pin}"' not in text.replace(" ", "")
    for view in (GetBooking, GetChat, ListOrders, GetOwnMenu, GetFeed):
        with pytest.raises(Refusal, match=r"BOOKING_NOT_FOUND"):
            ask(view(**about(first)), mine)
    timeline = codec.encode(ask(GetTimeline(**about(first)), STAFF)).decode()
    assert PLANTED["chat"] in timeline
    assert PLANTED["note"] in timeline
    assert PLANTED["message"] in timeline


def test_no_event_push_notice_or_job_carries_the_text_of_a_message_order_or_note(
    fixture: PlatformFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    created = move_in(fixture)
    secrets = live(fixture, created)
    fixture.platform.ask(RevokeGuestToken(**about(created)), STAFF)
    fixture.settle()
    secrets |= {"guest token": created.guest_token, "name": "Ada"}

    published = codec.encode(fixture.platform.published).decode()
    pushed = str(fixture.pusher.events())
    stored = ""
    for instance in fixture.platform.services.values():
        with instance.engine.begin() as connection:
            for table in ("outbox", "job", "inbox", "inbox_position"):
                stored += str(connection.execute(sa.text(f"SELECT to_jsonb(t)::text FROM {table} t")).all())
    logged = capsys.readouterr()

    pin = secrets.pop("PIN")
    for where in (published, pushed, stored, logged.out + logged.err):
        assert [name for name, value in secrets.items() if value in where] == []
        assert f"'{pin}'" not in where
        assert f'"{pin}"' not in where
    assert {"ChatMessageSent", "OrderPlaced", "CommunicationRequested"} <= set(
        fixture.platform.event_names(created.booking.id)
    )
    names = {event["event"] for event in fixture.pusher.events(channel=f"private-booking-{created.booking.id}")}
    assert {"chat_message", "order_created", "order_updated"} <= names
    with fixture.platform.services[
        "bookings"
    ].engine.begin() as connection:  # the search finds what is there to be found
        text = connection.execute(sa.text("SELECT text FROM chat_message")).scalar()
    assert text == PLANTED["chat"]


def test_a_mail_to_the_guest_is_sent_once_and_its_fate_is_kept(fixture: PlatformFixture) -> None:
    created = fixture.book()
    mail = {"communication_type": CommunicationType.EMAIL, "message": "Bring boots.\n\nIt rains.", "subject": "Weather"}

    communication = fixture.platform.ask(Communicate(**about(created, **mail)), STAFF)
    fixture.settle()

    (sent,) = [each for each in fixture.mailbox.messages() if each["subject"] == "Weather"]
    assert sent["to"] == ["ada@example.com"]
    assert "Bring boots.\n\nIt rains." in sent["text"].replace("\r\n", "\n")
    assert f"/bookings/{created.booking.id}#code=" in sent["text"]
    log = fixture.platform.ask(ListCommunications(**about(created)), STAFF).results
    assert {(each.subject, each.delivery_status) for each in log} == {
        ("Weather", "SENT"),
        (f"Booking received - {created.booking.id}", "SENT"),
    }
    assert communication.id in {each.id for each in log}


def test_a_mail_to_another_address_tells_nothing_of_the_booking(fixture: PlatformFixture) -> None:
    created = fixture.book()
    mail = {"communication_type": CommunicationType.EMAIL, "message": "For you.", "recipient": "partner@example.org"}

    fixture.platform.ask(Communicate(**about(created, **mail)), STAFF)
    fixture.settle()

    (sent,) = [each for each in fixture.mailbox.messages() if each["to"] == ["partner@example.org"]]
    assert created.booking.id not in sent["text"]
    assert "Ada" not in sent["text"]


def test_a_lookup_mails_links_once_and_they_open_the_booking(fixture: PlatformFixture) -> None:
    created, _ = fixture.book(), fixture.book()
    for address in ("ADA@example.com", "ada@example.com", "nobody@example.com"):
        assert not fixture.platform.ask(LookUpBookings(email=address), Context(caller=Caller())).whole
        fixture.settle()

    (sent,) = [each for each in fixture.mailbox.messages() if each["subject"].startswith("Your bookings at ")]

    assert sent["to"] == ["ada@example.com"]
    assert sent["text"].count("#code=") == 2
    assert created.booking.id in sent["text"]
    fixture.platform.advance(timedelta(minutes=11))
    fixture.platform.ask(LookUpBookings(email="ada@example.com"))
    fixture.settle()
    assert sum(subject.startswith("Your bookings at ") for subject in fixture.mails()) == 2


def test_an_order_keeps_the_price_of_its_moment(fixture: PlatformFixture) -> None:
    created = move_in(fixture)
    item = fixture.platform.ask(AddMenuItem(hotel=HOTEL, name="Soup", price="6.50"), STAFF)
    order = PlaceOrder(**about(created, items=(WantedItem(item_id=item.id),)))
    first = fixture.platform.ask(order, guest(created))

    fixture.platform.ask(ChangeMenuItem(hotel=HOTEL, item_id=item.id, price="7.00"), STAFF)
    second = fixture.platform.ask(order, guest(created))
    fixture.platform.ask(ChangeMenuItem(hotel=HOTEL, item_id=item.id, is_available=False), STAFF)

    listed = fixture.platform.ask(ListOrders(**about(created)), guest(created)).results
    assert {each.id: each.total.text for each in listed} == {first.id: "6.50", second.id: "7.00"}
    with pytest.raises(Refusal, match="MENU_ITEM_UNAVAILABLE"):
        fixture.platform.ask(order, guest(created))
    assert fixture.platform.ask(GetOwnMenu(**about(created)), guest(created)).items == ()
    assert fixture.platform.ask(ListBookings(hotel=HOTEL), STAFF).count == 1
