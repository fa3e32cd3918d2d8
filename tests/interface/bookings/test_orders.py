"""Room service from the menu's prices to the bill at the desk, and what check-out leaves of it."""

from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from chassis.transactions.conversation import Conversation
from contracts.bookings import (
    AcceptOrder,
    CancelOrder,
    CheckOut,
    CompleteOrder,
    GetBooking,
    GetOwnMenu,
    GetTimeline,
    ListOrders,
    Order,
    OrderStatus,
    PlaceOrder,
    RegisterPushToken,
    SendChatMessage,
    WantedItem,
)
from contracts.rooms import PriceItems
from contracts.values import Caller, Context
from services.bookings.handlers import emptying
from tests.interface.bookings.counter import Counter, guest_of
from tests.interface.bookings.test_whole_life import about, refused
from tests.unit.bookings.builders import HOTEL, STAFF, STRANGER, eur


def order(counter: Counter, booking_id: str, guest: Caller, **more: Any) -> Order:
    items = (WantedItem(item_id=1, quantity=2), WantedItem(item_id=5))
    placed: Order = counter.ask(PlaceOrder(**about(booking_id, **{"items": items, **more})), guest)
    return placed


def step(kind: type[Any], placed: Order, **more: Any) -> Any:
    return kind(hotel=HOTEL, order_id=placed.id, **more)


def test_an_order_has_the_prices_of_its_moment_and_is_owed_at_the_desk_once_served(counter: Counter) -> None:
    created = counter.in_house()
    guest, booking_id = guest_of(created), created.booking.booking_id
    owed = counter.ask(GetBooking(**about(booking_id))).balance_due

    placed = order(counter, booking_id, guest, note="No onions")
    assert (placed.total, placed.room_number, placed.status) == (eur(700), "101", "PLACED")
    assert counter.ask(GetBooking(**about(booking_id))).balance_due == owed

    counter.ask(step(AcceptOrder, placed))
    served = counter.ask(step(CompleteOrder, placed))

    assert (served.status, served.closed_by.name) == ("COMPLETED", STAFF.name)
    assert counter.ask(GetBooking(**about(booking_id))).balance_due == owed + eur(700)
    assert counter.events(booking_id)[-3:] == ["OrderPlaced", "OrderAccepted", "OrderCompleted"]


def test_asked_again_a_step_happens_once(counter: Counter) -> None:
    created = counter.in_house()
    booking_id = created.booking.booking_id
    placed = order(counter, booking_id, guest_of(created))
    counter.ask(step(AcceptOrder, placed))
    counter.ask(step(CompleteOrder, placed))
    before = counter.ask(GetBooking(**about(booking_id)))

    counter.ask(step(CompleteOrder, placed))

    assert counter.ask(GetBooking(**about(booking_id))).version == before.version
    assert counter.ask(GetBooking(**about(booking_id))).balance_due == before.balance_due


def test_steps_that_the_table_leaves_out_are_refused(counter: Counter) -> None:
    created = counter.in_house()
    guest, booking_id = guest_of(created), created.booking.booking_id
    placed = order(counter, booking_id, guest)

    assert refused(counter, step(CompleteOrder, placed)) == "ILLEGAL_TRANSITION"
    counter.ask(step(CancelOrder, placed, reason="Kitchen is closed"))
    assert refused(counter, step(AcceptOrder, placed)) == "ILLEGAL_TRANSITION"
    assert counter.ask(step(CancelOrder, placed, reason="again")).reason == "Kitchen is closed"


def test_a_guest_calls_off_until_it_is_accepted_and_only_their_own(counter: Counter) -> None:
    created = counter.in_house()
    guest, booking_id = guest_of(created), created.booking.booking_id
    first, second = order(counter, booking_id, guest), order(counter, booking_id, guest)
    counter.ask(step(AcceptOrder, second))

    assert counter.ask(step(CancelOrder, first, booking_id=booking_id), guest).status == "CANCELLED"
    assert refused(counter, step(CancelOrder, second, booking_id=booking_id), guest) == "ORDER_ACCEPTED"
    other = counter.book()
    theirs = step(CancelOrder, second, booking_id=other.booking.booking_id)
    assert refused(counter, theirs, guest_of(other)) == "ORDER_NOT_FOUND"


@pytest.mark.parametrize("ask", [PlaceOrder, GetOwnMenu, RegisterPushToken, ListOrders])
def test_only_guests_in_house_are_served(counter: Counter, ask: type[Any]) -> None:
    created = counter.book()
    more = {PlaceOrder: {"items": (WantedItem(item_id=1),)}, RegisterPushToken: {"push_token": "t"}}.get(ask, {})

    assert refused(counter, ask(**about(created.booking.booking_id, **more)), guest_of(created)) == "NOT_IN_HOUSE"
    assert counter.rooms.kinds() == ["HoldInventory"]


@pytest.mark.parametrize("items", [(), (WantedItem(item_id=1, quantity=0),), (WantedItem(item_id=1, quantity=51),)])
def test_what_cannot_be_ordered_is_refused(counter: Counter, items: tuple[WantedItem, ...]) -> None:
    created = counter.in_house()

    command = PlaceOrder(**about(created.booking.booking_id, items=items))

    assert refused(counter, command, guest_of(created)) == "VALIDATION_ERROR"


def test_a_guest_who_leaves_while_it_is_priced_has_ordered_nothing(counter: Counter) -> None:
    created = counter.in_house()
    booking_id = created.booking.booking_id

    def leave(message: PriceItems) -> Any:
        del counter.rooms.instead[PriceItems]
        counter.ask(CheckOut(**about(booking_id)))
        return counter.rooms.answer(message)

    counter.rooms.instead[PriceItems] = leave

    with pytest.raises(Refusal, match="NOT_IN_HOUSE"):
        order(counter, booking_id, guest_of(created))
    assert counter.row("SELECT count(*) AS n FROM room_order").n == 0


def test_check_out_ends_what_is_open_and_takes_all_out_of_sight(counter: Counter) -> None:
    created = counter.in_house()
    guest, booking_id = guest_of(created), created.booking.booking_id
    placed, accepted, served = (order(counter, booking_id, guest) for _ in range(3))
    for each in (accepted, served):
        counter.ask(step(AcceptOrder, each))
    counter.ask(step(CompleteOrder, served))
    assert counter.ask(ListOrders(hotel=HOTEL)).count == 3
    assert counter.ask(ListOrders(hotel=HOTEL, status=OrderStatus.PLACED)).count == 1

    counter.ask(CheckOut(**about(booking_id)))

    left = {row.id: row.status for row in counter.rows("SELECT id, status FROM room_order")}
    assert left == {placed.id: "CANCELLED", accepted.id: "CANCELLED", served.id: "COMPLETED"}
    assert counter.events(booking_id)[-3:] == ["OrderCancelled", "OrderCancelled", "GuestCheckedOut"]
    assert counter.ask(ListOrders(hotel=HOTEL)).count == 0
    assert counter.ask(ListOrders(**about(booking_id))).count == 0
    assert refused(counter, ListOrders(**about(booking_id)), guest) == "NOT_IN_HOUSE"
    told = [item for item in counter.ask(GetTimeline(**about(booking_id))).items if item.what == "OrderPlaced"]
    assert told[0].why == "2 x Dish 1, 1 x Dish 5"


def test_the_push_token_is_kept_for_the_stay_and_told_to_nobody(counter: Counter) -> None:
    created = counter.in_house()
    guest, booking_id = guest_of(created), created.booking.booking_id

    reply = counter.ask(RegisterPushToken(**about(booking_id, push_token="PLANTED-FCM")), guest)

    assert counter.stored(booking_id).push_token == "PLANTED-FCM"
    assert "PLANTED-FCM" not in str(reply)
    assert "PLANTED-FCM" not in str(counter.rows("SELECT data::text FROM outbox"))
    assert refused(counter, RegisterPushToken(**about(booking_id, push_token="x"))) == "PERMISSION_DENIED"
    counter.ask(CheckOut(**about(booking_id)))
    assert counter.stored(booking_id).push_token is None
    assert refused(counter, RegisterPushToken(**about(booking_id, push_token="x")), guest) == "READ_ONLY_TOKEN"


def test_the_database_keeps_no_push_token_of_who_is_not_in_house(counter: Counter) -> None:
    booking_id = counter.book().booking.booking_id

    with pytest.raises(sa.exc.IntegrityError, match="push_token"):
        counter.rows("UPDATE booking SET push_token = 'x' WHERE id = :id", id=booking_id)


def test_orders_are_the_hotels_own(counter: Counter) -> None:
    created = counter.in_house()
    placed = order(counter, created.booking.booking_id, guest_of(created))

    for kind in (AcceptOrder, CompleteOrder, CancelOrder):
        assert refused(counter, step(kind, placed), STRANGER) == "HOTEL_NOT_FOUND"
    assert refused(counter, step(AcceptOrder, placed), guest_of(created)) in {"BOOKING_NOT_FOUND", "ORDER_NOT_FOUND"}
    assert refused(counter, ListOrders(hotel=HOTEL), guest_of(created)) == "PERMISSION_DENIED"


@pytest.mark.parametrize(("destructive", "kept"), [(False, (1, 1)), (True, (0, 0))])
def test_a_destructive_check_out_deletes_the_chat_and_what_was_still_to_be_served(
    counter: Counter, destructive: bool, kept: tuple[int, int]
) -> None:
    created = counter.in_house()
    guest, booking_id = guest_of(created), created.booking.booking_id
    counter.ask(SendChatMessage(**about(booking_id, text="PLANTED")), guest)
    order(counter, booking_id, guest)

    conversation = Conversation(counter.unit_of_work, counter.rooms, Context(caller=STAFF))
    assert emptying.check_out(conversation, booking_id, reason="fire", force=destructive)

    chats = counter.row("SELECT count(*) AS n FROM chat_message").n
    assert (chats, counter.row("SELECT count(*) AS n FROM room_order").n) == kept
    told = {item.what: item.why for item in counter.ask(GetTimeline(**about(booking_id))).items}
    assert told["ChatMessageSent"] == ("" if destructive else "PLANTED")
    assert "OrderCancelled" in told
