"""The rooms service on a real database, with its handlers called as the chassis calls them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, TypeVar
from uuid import uuid4

import sqlalchemy as sa

from chassis import codec
from chassis.messaging.ask_server import AskServer
from chassis.messaging.event_dispatcher import DispatchResult, EventDispatcher
from chassis.refusal import Refusal
from chassis.service import method_of
from chassis.transactions.unit_of_work import UnitOfWork
from contracts.message import Ask, Envelope, Event
from contracts.rooms.assignments import GiveRoom, RoomTaken
from contracts.rooms.holds import Held, HoldInventory
from contracts.rooms.hotel_import import HotelDefinition, ImportHotel, RoomTypeDefinition
from contracts.rooms.hotels import WiFi
from contracts.rooms.occupancy import MoveIn, MoveOut, RoomOccupiedReply
from contracts.values import Caller, Context, Permission
from services.rooms.service import SERVICE
from services.rooms.work import RoomsWork
from tests.fakes.planned_here import PLANNING_HERE

Reply = TypeVar("Reply")
SYSTEM = Caller(kind="system")
START = datetime(2026, 3, 10, 9, tzinfo=UTC)
TODAY = date(2026, 3, 10)
_numbers = count(1)
from tests.fakes.roles import owner_engine, running_engine


def day(number: int) -> date:
    """A day from today on: 0 is today."""
    return TODAY + timedelta(days=number)


class UnitOfWorkAtTime(UnitOfWork):
    """A unit of work whose time the test sets."""

    moment = START

    def now(self) -> datetime:
        return self.moment


class RoomsUnderTest:
    """The service on one database with the running role, and one hotel of the test. `engine` is the owner's."""

    def __init__(self, url: str) -> None:
        self.engine = owner_engine(url)
        self.unit_of_work = UnitOfWorkAtTime(running_engine(self.engine.url), RoomsWork, dependencies=PLANNING_HERE)
        self.ask_server = AskServer(SERVICE, self.unit_of_work, self._asks_nobody)
        self.event_dispatcher = EventDispatcher(SERVICE, self.unit_of_work)
        self.hotel = ""
        self._sequences: dict[str, int] = {}

    def ask(self, message: Ask[Reply], *, caller: Caller = SYSTEM, **context: Any) -> Reply:
        around = codec.plain(Context(caller=caller, **context))
        reply: Reply = self.ask_server.handle(method_of(type(message)), codec.plain(message), around).reply
        assert codec.typed(codec.plain(reply), type(reply)) == reply, "a field of the reply has another type"
        return reply

    def refusal(self, message: Ask[Any], *, caller: Caller = SYSTEM, **context: Any) -> Refusal:
        try:
            reply = self.ask(message, caller=caller, **context)
        except Refusal as refusal:
            return refusal
        raise AssertionError(f"not refused, but answered {reply}")

    def apply(self, *events: Event, again: bool = False) -> list[DispatchResult]:
        """Apply a batch of events; `again` delivers each twice."""
        envelopes = [self._envelope(event) for event in events]
        outcomes = self.event_dispatcher.apply(envelopes)
        return self.event_dispatcher.apply(envelopes) if again else outcomes

    def import_hotel(self, **overrides: Any) -> HotelDefinition:
        definition = a_hotel(**overrides)
        self.ask(ImportHotel(definition=definition))
        self.hotel = definition.slug
        return definition

    def hold(self, booking_id: str, first: int = 0, until: int = 2, **overrides: Any) -> Held:
        return self.ask(self.holding(booking_id, first, until, **overrides))

    def holding(self, booking_id: str, first: int = 0, until: int = 2, **overrides: Any) -> HoldInventory:
        values: dict[str, Any] = {
            "booking_id": booking_id,
            "hotel": self.hotel,
            "room_type": "DBL",
            "check_in": day(first),
            "check_out": day(until),
            "adults": 1,
            "children": 0,
        }
        return HoldInventory(**(values | overrides))

    def giving(self, booking_id: str, room_number: str, *, action_id: str | None = None) -> GiveRoom:
        return GiveRoom(
            action_id=action_id or uuid4().hex, booking_id=booking_id, hotel=self.hotel, room_number=room_number
        )

    def give(self, booking_id: str, room_number: str) -> RoomTaken:
        return self.ask(self.giving(booking_id, room_number))

    def moving_in(self, booking_id: str, *, action_id: str | None = None) -> MoveIn:
        return MoveIn(action_id=action_id or uuid4().hex, booking_id=booking_id, hotel=self.hotel)

    def move_in(self, booking_id: str) -> RoomOccupiedReply:
        return self.ask(self.moving_in(booking_id))

    def moving_out(self, booking_id: str, left_on: date, *, action_id: str | None = None) -> MoveOut:
        return MoveOut(action_id=action_id or uuid4().hex, booking_id=booking_id, hotel=self.hotel, left_on=left_on)

    def sold(self, code: str = "DBL") -> list[int]:
        """The units of a type that are sold on each of the next ten nights."""
        return self._nights("sold", code)

    def capacity(self, code: str = "DBL") -> list[int]:
        return self._nights("capacity", code)

    def _nights(self, what: str, code: str) -> list[int]:
        rows = self.rows(
            f"SELECT n.{what} AS n FROM night n JOIN room_type t ON t.id = n.room_type_id"
            " WHERE t.hotel = :hotel AND t.code = :code AND night >= :today ORDER BY night LIMIT 10",
            hotel=self.hotel, code=code, today=TODAY,
        )  # fmt: skip
        return [row.n for row in rows]

    def nights_with_wrong_sold(self) -> list[Any]:
        """Nights whose counter differs from the sum of the holds' parts: always empty."""
        return self.rows("""
            SELECT n.room_type_id, n.night, n.sold, count(p.booking_id) AS held FROM night n
            LEFT JOIN hold_part p ON p.room_type_id = n.room_type_id
                AND p.first_night <= n.night AND p.until > n.night
            GROUP BY 1, 2, 3 HAVING n.sold <> count(p.booking_id)
        """)

    def nights_with_wrong_capacity(self) -> list[Any]:
        """Nights whose capacity differs from the active rooms without a block: always empty."""
        return self.rows("""
            SELECT n.room_type_id, n.night, n.capacity FROM night n
            WHERE n.capacity <> (
                SELECT count(*) FROM room r WHERE r.room_type_id = n.room_type_id AND r.is_active AND NOT EXISTS (
                    SELECT FROM period p
                    WHERE p.room_id = r.id AND p.kind = 'BLOCK' AND p.nights @> n.night
                )
            )
        """)

    def words_in_audit(self) -> list[Any]:
        """Audit rows with more than a code in capitals, or names of fields: always empty, whatever writes them."""
        return self.rows("""
            SELECT what, why, by FROM audit WHERE by ? 'name' OR (why !~ '^[A-Z0-9_-]*$' AND what NOT IN (
                'RoomChanged', 'MenuItemChanged', 'SettingsChanged', 'RatesWritten', 'HotelImported',
                'RoomTypeAdded', 'RoomTypeChanged', 'RoomTypeRemoved', 'PromotionAdded', 'PromotionChanged',
                'PromotionRemoved', 'PolicyAdded', 'PolicyChanged', 'PolicyRemoved'
            ))
        """)

    def rooms_with_wrong_tasks(self) -> list[Any]:
        """Dirty rooms without a task, and clean rooms with one: always empty."""
        return self.rows("""
            SELECT r.room_number, r.status, count(k.id) FROM room r
            LEFT JOIN cleaning_task k ON k.room_id = r.id AND k.done_at IS NULL
            WHERE r.removed_at IS NULL GROUP BY r.hotel, r.id
            HAVING count(k.id) <> CASE
                WHEN r.status IN ('CHECKOUT_DIRTY', 'CLEANING_IN_PROGRESS') THEN 1
                WHEN r.status IN ('MAINTENANCE_REQUIRED', 'OUT_OF_ORDER') THEN least(count(k.id), 1)
                ELSE 0 END
        """)

    def events(self, *kinds: type[Event]) -> list[Any]:
        """The hotel's published events of these types, in order."""
        names = {kind.wire_name: kind for kind in kinds}
        rows = self.rows("SELECT type, sequence, data FROM outbox WHERE hotel = :h ORDER BY position", h=self.hotel)
        return [codec.typed(row.data, names[row.type]) for row in rows if row.type in names]

    def sequences(self, subject: str) -> list[int]:
        """The sequence numbers of all events of a subject, in the order of publishing."""
        rows = self.rows("SELECT sequence FROM outbox WHERE subject = :subject ORDER BY position", subject=subject)
        return [row.sequence for row in rows]

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(sa.text(statement), values).all())

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Every statement that is sent inside the block."""
        sent: list[str] = []

        def note(_: Any, __: Any, statement: str, *___: Any) -> None:
            sent.append(statement)

        sa.event.listen(self.unit_of_work.engine, "before_cursor_execute", note)
        yield sent
        sa.event.remove(self.unit_of_work.engine, "before_cursor_execute", note)

    def _envelope(self, event: Event) -> Envelope:
        sequence = self._sequences[event.subject] = self._sequences.get(event.subject, 0) + 1
        return Envelope(
            id=str(uuid4()), source="bookings", type=event.wire_name, subject=event.subject, time=START,
            sequence=sequence, hotel=self.hotel, data=codec.plain(event), dataschema="",
        )  # fmt: skip

    def _asks_nobody(self, message: Ask[Any], _: Context) -> Any:
        raise AssertionError(f"rooms asks nobody, yet it asked {message}")


def a_hotel(**overrides: Any) -> HotelDefinition:
    values: dict[str, Any] = {
        "slug": f"hotel-{next(_numbers)}",
        "name": "Test House",
        "code": "TST",
        "timezone": "Europe/Dublin",
        "currency": "EUR",
        "room_types": (a_type(), a_type(code="STE", name="Suite", base_price="250.00", rooms=("201",))),
        "wifi": WiFi(ssid="house", password="only-in-replies"),
    }
    return HotelDefinition(**(values | overrides))


def a_type(**overrides: Any) -> RoomTypeDefinition:
    values: dict[str, Any] = {
        "code": "DBL",
        "name": "Double Room",
        "max_occupancy": 2,
        "base_price": "100.00",
        "rooms": ("101", "102"),
    }
    return RoomTypeDefinition(**(values | overrides))


def staff(service: RoomsUnderTest, *permissions: Permission) -> Caller:
    return Caller(kind="staff", staff_id="7", name="Aoife", hotel=service.hotel, permissions=frozenset(permissions))


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Make all calls at the same time; the reply or the refusal of each. Any other exception is raised."""

    def made(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(made, calls))
