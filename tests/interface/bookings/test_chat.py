"""Guest and staff write to each other for as long as the booking lives."""

import pytest

from contracts.bookings import (
    CancelBooking,
    CheckOut,
    GetChat,
    GetFeed,
    GetTimeline,
    ListChats,
    ReadChat,
    SendChatMessage,
)
from contracts.values import Page
from tests.interface.bookings.counter import Counter, guest_of
from tests.interface.bookings.test_whole_life import about, refused
from tests.unit.bookings.builders import ANNA, HOTEL, OTHER_HOTEL, STAFF, STRANGER


def test_each_side_sees_what_the_other_wrote_and_what_it_has_not_read(counter: Counter) -> None:
    created = counter.book()
    guest, booking_id = guest_of(created), created.booking.booking_id

    asked = counter.ask(SendChatMessage(**about(booking_id, text="  Is there a lift?  ")), guest)
    answered = counter.ask(SendChatMessage(**about(booking_id, text="There is.")))

    staffs, guests = counter.ask(GetChat(**about(booking_id))), counter.ask(GetChat(**about(booking_id)), guest)
    assert [said.text for said in staffs.results] == ["There is.", "Is there a lift?"]
    assert (staffs.unread, guests.unread) == (0, 1)  # who answers has read
    assert [said.by.name for said in staffs.results] == [ANNA.name, None]
    assert [said.by.name for said in guests.results] == [None, None]
    assert [said.is_read for said in guests.results] == [True, True]
    assert [said.is_read for said in staffs.results] == [False, True]

    read = counter.ask(ReadChat(**about(booking_id)), guest)

    assert (read.read_to, read.unread) == (answered.id, 0)
    assert counter.ask(GetChat(**about(booking_id))).results[0].is_read
    assert counter.ask(ReadChat(**about(booking_id, up_to=asked.id)), guest).unread == 0  # never less than before


def test_the_fact_says_which_side_wrote_and_nothing_of_what(counter: Counter) -> None:
    created = counter.book()
    booking_id = created.booking.booking_id

    sent = counter.ask(SendChatMessage(**about(booking_id, text="PLANTED")), guest_of(created))

    fact = counter.ask(GetFeed(**about(booking_id))).events[-1]
    assert (fact.type, fact.sequence) == ("bookings.ChatMessageSent.v1", sent.id)
    assert (fact.data["message_id"], fact.data["sender"]) == (sent.id, "guest")
    assert "PLANTED" not in str(counter.rows("SELECT data::text FROM outbox"))
    assert counter.row("SELECT count(*) AS n FROM audit WHERE what = 'ChatMessageSent'").n == 1


def test_pages_and_what_is_after_a_message(counter: Counter) -> None:
    created = counter.book()
    booking_id = created.booking.booking_id
    ids = [counter.ask(SendChatMessage(**about(booking_id, text=f"{n}"))).id for n in range(5)]

    page = counter.ask(GetChat(**about(booking_id, page=Page(page=2, page_size=2))))
    later = counter.ask(GetChat(**about(booking_id, after=ids[2])))

    assert (page.count, [said.id for said in page.results]) == (5, [ids[2], ids[1]])
    assert (later.count, [said.id for said in later.results]) == (2, [ids[4], ids[3]])


def test_the_same_message_under_the_same_key_is_sent_once(counter: Counter) -> None:
    booking_id = counter.book().booking.booking_id
    command = SendChatMessage(**about(booking_id, text="Hello"))

    first = counter.answer(command, idempotency_key="k", fingerprint="f")
    again = counter.answer(command, idempotency_key="k", fingerprint="f")

    assert (again.replayed, again.reply) == (True, first.reply)
    assert counter.ask(GetChat(**about(booking_id))).count == 1


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_a_message_has_one_to_two_thousand_characters(counter: Counter, text: str) -> None:
    booking_id = counter.book().booking.booking_id

    assert refused(counter, SendChatMessage(**about(booking_id, text=text))) == "VALIDATION_ERROR"


def test_nobody_else_writes_or_reads(counter: Counter) -> None:
    mine, theirs = counter.book(), counter.book()
    booking_id = mine.booking.booking_id

    for ask in (
        GetChat(**about(booking_id)),
        SendChatMessage(**about(booking_id, text="x")),
        ReadChat(**about(booking_id)),
    ):
        assert refused(counter, ask, guest_of(theirs)) == "BOOKING_NOT_FOUND"
        assert refused(counter, ask, STRANGER) == "BOOKING_NOT_FOUND"
    assert refused(counter, ListChats(hotel=HOTEL), guest_of(mine)) == "PERMISSION_DENIED"
    assert refused(counter, ListChats(hotel=HOTEL), STRANGER) == "HOTEL_NOT_FOUND"
    assert counter.ask(ListChats(hotel=OTHER_HOTEL), STRANGER).count == 0


def test_a_draft_has_no_chat(counter: Counter) -> None:
    created = counter.book(draft=True)

    command = SendChatMessage(**about(created.booking.booking_id, text="x"))

    assert refused(counter, command, guest_of(created)) == "CHAT_CLOSED"
    assert refused(counter, command) == "CHAT_CLOSED"


@pytest.mark.parametrize("ending", [CheckOut, CancelBooking])
def test_the_end_of_the_booking_ends_the_chat_and_the_timeline_keeps_it(counter: Counter, ending: type) -> None:
    created = counter.in_house() if ending is CheckOut else counter.book()
    guest, booking_id = guest_of(created), created.booking.booking_id
    counter.ask(SendChatMessage(**about(booking_id, text="More towels, please.")), guest)

    counter.ask(ending(**about(booking_id)))

    assert refused(counter, GetChat(**about(booking_id)), guest) == "READ_ONLY_TOKEN"
    assert refused(counter, SendChatMessage(**about(booking_id, text="x")), guest) == "READ_ONLY_TOKEN"
    assert refused(counter, SendChatMessage(**about(booking_id, text="x"))) == "CHAT_CLOSED"
    closed = counter.ask(GetChat(**about(booking_id)))
    assert (closed.is_open, closed.count, closed.results) == (False, 0, ())
    assert counter.ask(ListChats(hotel=HOTEL)).count == 0
    (told,) = [item for item in counter.ask(GetTimeline(**about(booking_id))).items if item.what == "ChatMessageSent"]
    assert (told.by.kind, told.why) == ("guest", "More towels, please.")


def test_the_hotels_chats_are_listed_with_what_is_unread(counter: Counter) -> None:
    quiet, first, second = counter.book(), counter.book(), counter.book()
    counter.ask(SendChatMessage(**about(first.booking.booking_id, text="One")), guest_of(first))
    counter.pass_time(minutes=1)
    counter.ask(SendChatMessage(**about(second.booking.booking_id, text="Two")), guest_of(second))
    counter.ask(ReadChat(**about(second.booking.booking_id)), STAFF)

    chats = counter.ask(ListChats(hotel=HOTEL))

    assert [(row.booking_id, row.unread) for row in chats.results] == [
        (second.booking.booking_id, 0),
        (first.booking.booking_id, 1),
    ]
    assert counter.ask(ListChats(hotel=HOTEL, only_unread=True)).count == 1
    assert quiet.booking.booking_id not in {row.booking_id for row in chats.results}
