"""The chat between guest and staff."""

import pytest

from contracts.bookings.asks import CancelBooking
from contracts.bookings.chat import GetChat, ListChats, ReadChat, SendChatMessage
from contracts.bookings.queries import GetFeed, GetTimeline
from contracts.bookings.stays import CheckOut
from contracts.values import GUEST, Actor, ActorKind, Page
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import about, refused
from tests.unit.bookings.builders import ANNA, HOTEL, OTHER_HOTEL, STAFF, STRANGER


def test_each_side_sees_the_other_sides_messages_and_its_unread_count(service: BookingsUnderTest) -> None:
    created = service.book()
    guest, booking_id = guest_of(created), created.booking.booking_id

    question = service.ask(SendChatMessage(**about(booking_id, text="  Is there a lift?  ")), guest)
    answered = service.ask(SendChatMessage(**about(booking_id, text="There is.")))

    staffs, guests = service.ask(GetChat(**about(booking_id))), service.ask(GetChat(**about(booking_id)), guest)
    assert [said.text for said in staffs.results] == ["There is.", "Is there a lift?"]
    assert (staffs.unread, guests.unread) == (0, 1)  # who answers has read
    assert [said.by for said in staffs.results] == [ANNA, GUEST]
    assert [said.by for said in guests.results] == [Actor(ActorKind.STAFF), GUEST]
    assert [said.is_read for said in guests.results] == [True, True]
    assert [said.is_read for said in staffs.results] == [False, True]

    read = service.ask(ReadChat(**about(booking_id)), guest)

    assert (read.read_to, read.unread) == (answered.id, 0)
    assert service.ask(GetChat(**about(booking_id))).results[0].is_read
    assert service.ask(ReadChat(**about(booking_id, up_to=question.id)), guest).unread == 0  # never less than before


def test_a_chat_event_carries_the_sender_and_no_text(service: BookingsUnderTest) -> None:
    created = service.book()
    booking_id = created.booking.booking_id

    sent = service.ask(SendChatMessage(**about(booking_id, text="PLANTED")), guest_of(created))

    fact = service.ask(GetFeed(**about(booking_id))).events[-1]
    assert (fact.type, fact.sequence) == ("bookings.ChatMessageSent.v1", sent.id)
    assert (fact.data["message_id"], fact.data["sender"]) == (sent.id, "guest")
    assert "PLANTED" not in str(service.rows("SELECT data::text FROM outbox"))
    assert service.row("SELECT count(*) AS n FROM audit WHERE what = 'ChatMessageSent'").n == 1


def test_a_chat_is_paged_and_read_after_a_message(service: BookingsUnderTest) -> None:
    created = service.book()
    booking_id = created.booking.booking_id
    ids = [service.ask(SendChatMessage(**about(booking_id, text=f"{n}"))).id for n in range(5)]

    page = service.ask(GetChat(**about(booking_id, page=Page(page=2, page_size=2))))
    later = service.ask(GetChat(**about(booking_id, after=ids[2])))

    assert (page.count, [said.id for said in page.results]) == (5, [ids[2], ids[1]])
    assert (later.count, [said.id for said in later.results]) == (2, [ids[4], ids[3]])


def test_the_same_message_under_the_same_key_is_sent_once(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id
    command = SendChatMessage(**about(booking_id, text="Hello"))

    first = service.answer(command, idempotency_key="k", fingerprint="f")
    again = service.answer(command, idempotency_key="k", fingerprint="f")

    assert (again.replayed, again.reply) == (True, first.reply)
    assert service.ask(GetChat(**about(booking_id))).count == 1


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_a_message_has_one_to_two_thousand_characters(service: BookingsUnderTest, text: str) -> None:
    booking_id = service.book().booking.booking_id

    assert refused(service, SendChatMessage(**about(booking_id, text=text))) == "VALIDATION_ERROR"


def test_only_the_guest_and_the_hotels_staff_write_and_read(service: BookingsUnderTest) -> None:
    mine, theirs = service.book(), service.book()
    booking_id = mine.booking.booking_id

    for ask in (
        GetChat(**about(booking_id)),
        SendChatMessage(**about(booking_id, text="x")),
        ReadChat(**about(booking_id)),
    ):
        assert refused(service, ask, guest_of(theirs)) == "BOOKING_NOT_FOUND"
        assert refused(service, ask, STRANGER) == "BOOKING_NOT_FOUND"
    assert refused(service, ListChats(hotel=HOTEL), guest_of(mine)) == "PERMISSION_DENIED"
    assert refused(service, ListChats(hotel=HOTEL), STRANGER) == "HOTEL_NOT_FOUND"
    assert service.ask(ListChats(hotel=OTHER_HOTEL), STRANGER).count == 0


def test_a_draft_has_no_chat(service: BookingsUnderTest) -> None:
    created = service.book(draft=True)

    command = SendChatMessage(**about(created.booking.booking_id, text="x"))

    assert refused(service, command, guest_of(created)) == "CHAT_CLOSED"
    assert refused(service, command) == "CHAT_CLOSED"


@pytest.mark.parametrize("ending", [CheckOut, CancelBooking])
def test_the_end_of_the_booking_ends_the_chat_and_the_timeline_keeps_it(
    service: BookingsUnderTest, ending: type
) -> None:
    created = service.in_house() if ending is CheckOut else service.book()
    guest, booking_id = guest_of(created), created.booking.booking_id
    service.ask(SendChatMessage(**about(booking_id, text="More towels, please.")), guest)

    service.ask(ending(**about(booking_id)))

    assert refused(service, GetChat(**about(booking_id)), guest) == "BOOKING_ENDED"
    assert refused(service, SendChatMessage(**about(booking_id, text="x")), guest) == "BOOKING_ENDED"
    assert refused(service, SendChatMessage(**about(booking_id, text="x"))) == "CHAT_CLOSED"
    closed = service.ask(GetChat(**about(booking_id)))
    assert (closed.is_open, closed.count, closed.results) == (False, 0, ())
    assert service.ask(ListChats(hotel=HOTEL)).count == 0
    (entry,) = [item for item in service.ask(GetTimeline(**about(booking_id))).items if item.what == "ChatMessageSent"]
    assert (entry.by.kind, entry.why) == ("guest", "More towels, please.")


def test_the_hotels_chats_are_listed_with_what_is_unread(service: BookingsUnderTest) -> None:
    quiet, first, second = service.book(), service.book(), service.book()
    service.ask(SendChatMessage(**about(first.booking.booking_id, text="One")), guest_of(first))
    service.pass_time(minutes=1)
    service.ask(SendChatMessage(**about(second.booking.booking_id, text="Two")), guest_of(second))
    service.ask(ReadChat(**about(second.booking.booking_id)), STAFF)

    chats = service.ask(ListChats(hotel=HOTEL))

    assert [(row.booking_id, row.unread) for row in chats.results] == [
        (second.booking.booking_id, 0),
        (first.booking.booking_id, 1),
    ]
    assert service.ask(ListChats(hotel=HOTEL, only_unread=True)).count == 1
    assert quiet.booking.booking_id not in {row.booking_id for row in chats.results}
