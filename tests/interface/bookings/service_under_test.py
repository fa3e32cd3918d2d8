"""Bookings without a broker: its handlers, a database, a stopped clock and a fake of rooms."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from chassis import codec
from chassis.messaging.ask_server import AskReply, AskServer
from chassis.messaging.event_dispatcher import DispatchResult, EventDispatcher
from chassis.refusal import Unavailable
from chassis.transactions.conversation import Conversation
from chassis.transactions.unit_of_work import UnitOfWork
from contracts.bookings.approval import ConfirmBooking
from contracts.bookings.stays import AssignRoom, CheckIn
from contracts.bookings.views import BookingDetail, CreatedBooking
from contracts.message import Ask, Envelope, Event, Nothing
from contracts.rooms.assignments import Candidates, FindCandidates, GiveRoom, RoomTaken, TakeRoomBack
from contracts.rooms.events import RoomStatus
from contracts.rooms.extensions import Extended, ExtendStay
from contracts.rooms.holds import Held, HoldInventory, ReleaseInventory
from contracts.rooms.hotels import GetHotel, HotelPage, WiFi
from contracts.rooms.menu import GetMenu, Menu, MenuItem, PricedItem, PricedItems, PriceItems
from contracts.rooms.moves import MoveGuest
from contracts.rooms.occupancy import MoveIn, MoveOut, RoomOccupiedReply
from contracts.rooms.settings import GetSettings, OperatingSettings
from contracts.rooms.stay_changes import ChangeOffer, ChangeStay, PreviewStayChange, RoomAfterChange, StayChangedReply
from contracts.rooms.undo import CheckUndo, HeldAgain, HoldAgain, UndoCheck, UndoMoveIn, UndoMoveOut
from contracts.rooms.waiting_changes import ApplyStayChange, HoldStayChange
from contracts.rooms.walk_ins import Received, ReceiveWalkIn
from contracts.values import Caller, Context, Price, Stay
from services.bookings.service import SERVICE
from services.bookings.work import BookingsDependencies, BookingsWork
from tests.fakes.roles import running_engine
from tests.unit.bookings import builders as build


class StoppedClock(UnitOfWork):
    """A unit of work whose time is set by the test."""

    moment = build.NOW

    def now(self) -> datetime:
        return self.moment


def menu_item(item_id: int) -> MenuItem:
    """Costs as many euros as its number."""
    return MenuItem(
        id=item_id,
        name=f"Dish {item_id}",
        description="",
        category="Food",
        price=build.eur(item_id * 100),
        is_available=True,
    )


@dataclass
class FakeRooms:
    """Replies as rooms does; a test may replace a reply by an exception or a function of the ask."""

    held: Held = field(default_factory=build.held)
    added: Price = field(default_factory=build.one_more_night)
    asks: list[Ask[Any]] = field(default_factory=list)
    instead: dict[type[Any], Any] = field(default_factory=dict)
    rooms: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, ChangeOffer] = field(default_factory=dict)

    def __call__(self, message: Ask[Any], _: Context) -> Any:
        self.asks.append(message)
        other = self.instead.get(type(message))
        if isinstance(other, Exception):
            raise other
        if other is not None:
            return other(message)
        return self.answer(message)

    def die_at(self, ask: type[Ask[Any]], *, done: bool) -> None:
        """Let the caller's process die at this ask: before rooms is asked, or once rooms has `done` it."""

        def dies(message: Ask[Any]) -> Any:
            if done:
                self.answer(message)
            raise Unavailable("the process died")

        self.instead[ask] = dies

    def answer(self, message: Ask[Any]) -> Any:
        match message:
            case HoldInventory():
                return self.held
            case GetHotel():
                return HotelPage(card=self.held.hotel)
            case GetSettings() | ReceiveWalkIn():
                return self._received(message)
            case GiveRoom():
                self.rooms[message.booking_id] = message.room_number
                return self._room(message.booking_id, RoomStatus.READY_FOR_GUEST)
            case MoveIn():
                room = self._room(message.booking_id, RoomStatus.OCCUPIED)
                return RoomOccupiedReply(room=room, wifi=WiFi(ssid="Killarney", password="wifi-secret"))
            case MoveGuest():
                self.rooms[message.booking_id] = message.room_number
                return self._room(message.booking_id, RoomStatus.OCCUPIED)
            case MoveOut():
                return self._room(message.booking_id, RoomStatus.CHECKOUT_DIRTY)
            case ExtendStay():
                return Extended(room=self._room(message.booking_id, RoomStatus.OCCUPIED), price=self.added)
            case PriceItems():
                priced = (PricedItem(item=menu_item(key), quantity=many) for key, many in message.quantities.items())
                return PricedItems(items=tuple(priced))
            case GetMenu():
                return Menu(items=(menu_item(1), menu_item(2)))
            case FindCandidates():
                return Candidates(rooms=())
            case TakeRoomBack() | ReleaseInventory():
                return Nothing()
        return self._undone(message)

    def _undone(self, message: Ask[Any]) -> Any:
        match message:
            case PreviewStayChange():
                return self._offer(message)
            case ChangeStay():
                return StayChangedReply(offer=self._offer(message))
            case HoldStayChange():
                self.waiting[message.action_id] = self._offer(message)
                return StayChangedReply(offer=self.waiting[message.action_id], nights_held=1)
            case ApplyStayChange():
                return StayChangedReply(offer=self.waiting[message.change_id])
            case UndoMoveIn():
                return self._room(message.booking_id, message.room_status)
            case UndoMoveOut():
                room = self._room(message.booking_id, RoomStatus.OCCUPIED)
                return RoomOccupiedReply(room=room, wifi=WiFi(ssid="Killarney", password="wifi-secret"))
            case HoldAgain():
                return HeldAgain(first_night=build.CHECK_IN + timedelta(days=1))
            case CheckUndo() if message.booking_id not in self.rooms:
                return UndoCheck(first_night=build.CHECK_IN + timedelta(days=1))
            case CheckUndo():
                room = self._room(message.booking_id, RoomStatus.OCCUPIED)
                return UndoCheck(room_number=room.room_number, room_status=room.room_status)
        raise AssertionError(f"rooms was asked {message}")

    def _offer(self, message: PreviewStayChange | ChangeStay | HoldStayChange) -> ChangeOffer:
        """The agreed nights at their prices, every other night at 100.00, and 9 % tax; the room is kept."""
        stay = message.stay
        agreed = {each.night: each.price for each in stay.agreed}
        nights = tuple(agreed.get(night, build.eur(10000)) for night in Stay(stay.check_in, stay.check_out))
        net = sum((night.amount for night in nights), start=0)
        price = build.a_price(
            nights=nights, subtotal=build.eur(net), tax=build.eur(net * 9 // 100), total=build.eur(net + net * 9 // 100)
        )
        room = RoomAfterChange.KEPT if message.booking_id in self.rooms else RoomAfterChange.NONE
        return ChangeOffer(room_type_code="DBL", room_type_name="Double", price=price, room=room)

    def _received(self, message: GetSettings | ReceiveWalkIn) -> OperatingSettings | Received:
        if isinstance(message, GetSettings):
            page = HotelPage(card=self.held.hotel)
            return OperatingSettings(page=page, settings=self.held.settings, version=1)
        self.rooms[message.booking_id] = message.room_number
        room = self._room(message.booking_id, RoomStatus.OCCUPIED)
        return Received(held=self.held, room=room, wifi=WiFi(ssid="Killarney", password="wifi-secret"))

    def _room(self, booking_id: str, status: RoomStatus) -> RoomTaken:
        return RoomTaken(
            room_number=self.rooms[booking_id], room_type_code="DBL", room_type_name="Double", room_status=status
        )

    def kinds(self) -> list[str]:
        return [type(message).__name__ for message in self.asks]


class BookingsUnderTest:
    """The bookings service as guests, staff, other services and timers use it, with the running role.

    `engine` is the owner's: tests prepare and read rows with it.
    """

    def __init__(self, engine: sa.Engine, **dependencies: Any) -> None:
        self.engine = engine
        self.rooms = FakeRooms()
        self.unit_of_work = StoppedClock(
            running_engine(engine.url),
            BookingsWork,
            dependencies=BookingsDependencies(**{"guest_tokens": build.TOKENS, **dependencies}),
        )
        self.ask_server = AskServer(SERVICE, self.unit_of_work, self.rooms)
        self.event_dispatcher = EventDispatcher(SERVICE, self.unit_of_work)
        self._sequences: dict[str, int] = {}

    def ask(self, message: Ask[Any], caller: Caller = build.STAFF, **context: Any) -> Any:
        return self.answer(message, caller, **context).reply

    def answer(self, message: Ask[Any], caller: Caller = build.STAFF, **context: Any) -> AskReply:
        around = Context(caller=caller, **context)
        return self.ask_server.handle(type(message).__name__, codec.plain(message), codec.plain(around))

    def deliver(self, *events: Event) -> list[DispatchResult]:
        """Deliver events of other services, in order."""
        return self.event_dispatcher.apply([self.envelope(event) for event in events])

    def envelope(self, event: Event) -> Envelope:
        self._sequences[event.subject] = self._sequences.get(event.subject, 0) + 1
        return Envelope(
            id=str(uuid.uuid4()),
            source=event.owner,
            type=event.wire_name,
            subject=event.subject,
            time=self.unit_of_work.moment,
            sequence=self._sequences[event.subject],
            hotel=build.HOTEL,
            data=codec.plain(event),
            dataschema="",
        )

    def pass_time(self, **time: float) -> None:
        self.unit_of_work.moment = self.unit_of_work.moment + timedelta(**time)

    def at(self, moment: datetime) -> None:
        self.unit_of_work.moment = moment

    def tick(self, step: Callable[[Any], bool]) -> bool:
        """Run one step of a timer."""
        timer = next(timer for timer in SERVICE.timers if timer.step is step)
        if timer.converses:
            return timer.step(Conversation(self.unit_of_work, self.rooms, Context(caller=build.SYSTEM)))
        with self.unit_of_work.begin() as work:
            return timer.step(work)

    def book(self, caller: Caller = build.PUBLIC, **overrides: Any) -> CreatedBooking:
        created: CreatedBooking = self.ask(build.a_request(**overrides), caller)
        return created

    def in_house(self, **overrides: Any) -> CreatedBooking:
        """A booking in house."""
        created = self.book(**overrides)
        about = {"hotel": build.HOTEL, "booking_id": created.booking.booking_id}
        self.ask(ConfirmBooking(**about))
        self.ask(AssignRoom(**about, room_number="101"))
        self.at(datetime(2030, 6, 10, 14, 0, tzinfo=UTC))
        self.ask(CheckIn(**about))
        return created

    def booked_by_staff(self, **overrides: Any) -> BookingDetail:
        """Confirmed without a card."""
        return self.book(build.STAFF, payment="none", **overrides).booking

    def stored(self, booking_id: str) -> Any:
        return self.row("SELECT * FROM booking WHERE id = :id", id=booking_id)

    def events(self, booking_id: str) -> list[str]:
        rows = self.rows("SELECT type FROM outbox WHERE subject = :id ORDER BY sequence", id=booking_id)
        return [row.type.split(".")[1] for row in rows]

    def row(self, statement: str, **values: Any) -> Any:
        return self.rows(statement, **values)[0]

    def rows(self, statement: str, **values: Any) -> Any:
        with self.engine.begin() as connection:
            result = connection.execute(sa.text(statement), values)
            return result.all() if result.returns_rows else []


def guest_of(created: CreatedBooking) -> Caller:
    return Caller(kind="guest", guest_token=created.guest_token)


def may(*permissions: Any) -> Caller:
    return replace(build.STAFF, permissions=frozenset(permissions))


@contextmanager
def statements(engine: sa.Engine) -> Iterator[list[str]]:
    """Every statement sent in the block, without transaction control."""
    sent: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        sent.append(statement)

    sa.event.listen(running_engine(engine.url), "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(running_engine(engine.url), "before_cursor_execute", note)
