"""Room service, from the menu's prices to the balance."""

from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from chassis.transactions.conversation import Conversation
from contracts.bookings.chat import SendChatMessage
from contracts.bookings.guest_services import GetOwnMenu, RegisterPushToken
from contracts.bookings.orders import (
    AcceptOrder,
    CancelOrder,
    CompleteOrder,
    ListOrders,
    Order,
    OrderStatus,
    PlaceOrder,
    WantedItem,
)
from contracts.bookings.queries import GetBooking, GetTimeline
from contracts.bookings.stays import CheckOut
from contracts.rooms.menu import PriceItems
from contracts.values import Caller, Context
from services.bookings.actions import vacate
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import about, refused
from tests.unit.bookings.builders import ANNA, HOTEL, STAFF, STRANGER, eur


def order(service: BookingsUnderTest, booking_id: str, guest: Caller, **more: Any) -> Order:
    items = (WantedItem(item_id=1, quantity=2), WantedItem(item_id=5))
    placed: Order = service.ask(PlaceOrder(**about(booking_id, **{"items": items, **more})), guest)
    return placed


def step(kind: type[Any], placed: Order, **more: Any) -> Any:
    return kind(hotel=HOTEL, order_id=placed.id, **more)


def test_an_order_keeps_its_prices_and_is_owed_at_the_desk_once_served(service: BookingsUnderTest) -> None:
    created = service.in_house()
    guest, booking_id = guest_of(created), created.booking.booking_id
    owed = service.ask(GetBooking(**about(booking_id))).balance_due

    placed = order(service, booking_id, guest, note="No onions")
    assert (placed.total, placed.room_number, placed.status) == (eur(700), "101", "PLACED")
    assert service.ask(GetBooking(**about(booking_id))).balance_due == owed

    service.ask(step(AcceptOrder, placed))
    served = service.ask(step(CompleteOrder, placed))

    assert (served.status, served.closed_by) == ("COMPLETED", ANNA)
    assert service.ask(GetBooking(**about(booking_id))).balance_due == owed + eur(700)
    assert service.events(booking_id)[-3:] == ["OrderPlaced", "OrderAccepted", "OrderCompleted"]


def test_a_repeated_order_step_happens_once(service: BookingsUnderTest) -> None:
    created = service.in_house()
    booking_id = created.booking.booking_id
    placed = order(service, booking_id, guest_of(created))
    service.ask(step(AcceptOrder, placed))
    service.ask(step(CompleteOrder, placed))
    before = service.ask(GetBooking(**about(booking_id)))

    service.ask(step(CompleteOrder, placed))

    assert service.ask(GetBooking(**about(booking_id))).version == before.version
    assert service.ask(GetBooking(**about(booking_id))).balance_due == before.balance_due


def test_an_order_step_outside_the_lifecycle_is_refused(service: BookingsUnderTest) -> None:
    created = service.in_house()
    guest, booking_id = guest_of(created), created.booking.booking_id
    placed = order(service, booking_id, guest)

    assert refused(service, step(CompleteOrder, placed)) == "ILLEGAL_TRANSITION"
    service.ask(step(CancelOrder, placed, reason="Kitchen is closed"))
    assert refused(service, step(AcceptOrder, placed)) == "ILLEGAL_TRANSITION"
    assert service.ask(step(CancelOrder, placed, reason="again")).reason == "Kitchen is closed"


def test_a_guest_cancels_only_an_own_order_that_is_not_accepted(service: BookingsUnderTest) -> None:
    created = service.in_house()
    guest, booking_id = guest_of(created), created.booking.booking_id
    first, second = order(service, booking_id, guest), order(service, booking_id, guest)
    service.ask(step(AcceptOrder, second))

    assert service.ask(step(CancelOrder, first, booking_id=booking_id), guest).status == "CANCELLED"
    assert refused(service, step(CancelOrder, second, booking_id=booking_id), guest) == "ORDER_ACCEPTED"
    other = service.book()
    theirs = step(CancelOrder, second, booking_id=other.booking.booking_id)
    assert refused(service, theirs, guest_of(other)) == "ORDER_NOT_FOUND"


@pytest.mark.parametrize("ask", [PlaceOrder, GetOwnMenu, RegisterPushToken, ListOrders])
def test_only_guests_in_house_order(service: BookingsUnderTest, ask: type[Any]) -> None:
    created = service.book()
    more = {PlaceOrder: {"items": (WantedItem(item_id=1),)}, RegisterPushToken: {"push_token": "t"}}.get(ask, {})

    assert refused(service, ask(**about(created.booking.booking_id, **more)), guest_of(created)) == "NOT_IN_HOUSE"
    assert service.rooms.kinds() == ["HoldInventory"]


@pytest.mark.parametrize("items", [(), (WantedItem(item_id=1, quantity=0),), (WantedItem(item_id=1, quantity=51),)])
def test_an_invalid_order_is_refused(service: BookingsUnderTest, items: tuple[WantedItem, ...]) -> None:
    created = service.in_house()

    command = PlaceOrder(**about(created.booking.booking_id, items=items))

    assert refused(service, command, guest_of(created)) == "VALIDATION_ERROR"


def test_a_guest_who_checks_out_while_an_order_is_priced_has_no_order(service: BookingsUnderTest) -> None:
    created = service.in_house()
    booking_id = created.booking.booking_id

    def leave(message: PriceItems) -> Any:
        del service.rooms.instead[PriceItems]
        service.ask(CheckOut(**about(booking_id)))
        return service.rooms.answer(message)

    service.rooms.instead[PriceItems] = leave

    with pytest.raises(Refusal, match="BOOKING_ENDED"):
        order(service, booking_id, guest_of(created))
    assert service.row("SELECT count(*) AS n FROM room_order").n == 0


def test_check_out_cancels_open_orders_and_hides_all_of_them(service: BookingsUnderTest) -> None:
    created = service.in_house()
    guest, booking_id = guest_of(created), created.booking.booking_id
    placed, accepted, served = (order(service, booking_id, guest) for _ in range(3))
    for each in (accepted, served):
        service.ask(step(AcceptOrder, each))
    service.ask(step(CompleteOrder, served))
    assert service.ask(ListOrders(hotel=HOTEL)).count == 3
    assert service.ask(ListOrders(hotel=HOTEL, status=OrderStatus.PLACED)).count == 1

    service.ask(CheckOut(**about(booking_id)))

    left = {row.id: row.status for row in service.rows("SELECT id, status FROM room_order")}
    assert left == {placed.id: "CANCELLED", accepted.id: "CANCELLED", served.id: "COMPLETED"}
    assert service.events(booking_id)[-3:] == ["OrderCancelled", "OrderCancelled", "GuestCheckedOut"]
    assert service.ask(ListOrders(hotel=HOTEL)).count == 0
    assert service.ask(ListOrders(**about(booking_id))).count == 0
    assert refused(service, ListOrders(**about(booking_id)), guest) == "BOOKING_ENDED"
    entries = [item for item in service.ask(GetTimeline(**about(booking_id))).items if item.what == "OrderPlaced"]
    assert entries[0].why == "2 x Dish 1, 1 x Dish 5"


def test_the_push_token_is_stored_for_the_stay_and_never_published(service: BookingsUnderTest) -> None:
    created = service.in_house()
    guest, booking_id = guest_of(created), created.booking.booking_id

    reply = service.ask(RegisterPushToken(**about(booking_id, push_token="PLANTED-FCM")), guest)

    assert service.stored(booking_id).push_token == "PLANTED-FCM"
    assert "PLANTED-FCM" not in str(reply)
    assert "PLANTED-FCM" not in str(service.rows("SELECT data::text FROM outbox"))
    assert refused(service, RegisterPushToken(**about(booking_id, push_token="x"))) == "PERMISSION_DENIED"
    service.ask(CheckOut(**about(booking_id)))
    assert service.stored(booking_id).push_token is None
    assert refused(service, RegisterPushToken(**about(booking_id, push_token="x")), guest) == "BOOKING_ENDED"


def test_the_database_rejects_a_push_token_of_a_booking_not_in_house(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id

    with pytest.raises(sa.exc.IntegrityError, match="push_token"):
        service.rows("UPDATE booking SET push_token = 'x' WHERE id = :id", id=booking_id)


def test_orders_are_the_hotels_own(service: BookingsUnderTest) -> None:
    created = service.in_house()
    placed = order(service, created.booking.booking_id, guest_of(created))

    for kind in (AcceptOrder, CompleteOrder, CancelOrder):
        assert refused(service, step(kind, placed), STRANGER) == "HOTEL_NOT_FOUND"
    for kind in (AcceptOrder, CompleteOrder):
        command = kind(hotel=HOTEL, order_id=placed.id, booking_id=created.booking.booking_id)
        assert refused(service, command, guest_of(created)) == "PERMISSION_DENIED"
    assert refused(service, ListOrders(hotel=HOTEL), guest_of(created)) == "PERMISSION_DENIED"


@pytest.mark.parametrize(("destructive", "remaining"), [(False, (1, 1)), (True, (0, 0))])
def test_a_destructive_check_out_deletes_chat_and_open_orders(
    service: BookingsUnderTest, destructive: bool, remaining: tuple[int, int]
) -> None:
    created = service.in_house()
    guest, booking_id = guest_of(created), created.booking.booking_id
    service.ask(SendChatMessage(**about(booking_id, text="PLANTED")), guest)
    order(service, booking_id, guest)

    conversation = Conversation(service.unit_of_work, service.rooms, Context(caller=STAFF))
    assert vacate.check_out(conversation, **about(booking_id), reason="fire", force=destructive)

    chats = service.row("SELECT count(*) AS n FROM chat_message").n
    assert (chats, service.row("SELECT count(*) AS n FROM room_order").n) == remaining
    reasons = {item.what: item.why for item in service.ask(GetTimeline(**about(booking_id))).items}
    assert reasons["ChatMessageSent"] == ("" if destructive else "PLANTED")
    assert "OrderCancelled" in reasons
