"""I15 by effects: a booking has no more events of a kind than requests were sent that cause such an event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contracts.bookings.balance import BalanceSettled, RefundAtDesk, RefundedAtDesk, SettleBalance
from contracts.bookings.chat import ChatMessageSent, SendChatMessage
from contracts.bookings.communications import Communicate, CommunicationNoted, CommunicationRequested
from contracts.bookings.events import BookingEvent
from contracts.bookings.extensions import ExtendBooking, StayExtended
from contracts.bookings.orders import OrderPlaced, PlaceOrder
from contracts.bookings.refunds import BookingRefundRetried, RetryRefund
from contracts.bookings.stay_changes import ChangeBooking, StayChanged, StayChangeHeld
from contracts.bookings.stays import MoveRoom, RoomMoved
from contracts.bookings.undo import (
    CheckInUndone,
    CheckOutUndone,
    NoShowUndone,
    UndoCheckIn,
    UndoCheckOut,
    UndoNoShow,
)
from contracts.message import Command
from tests.simulation.judging.client_answers import is_refused
from tests.simulation.judging.judged_world import Breach, JudgedWorld

# What may be done twice to one booking, so that only its requests say how often.
EFFECTS: Mapping[type[Command[Any]], tuple[type[BookingEvent], ...]] = {
    ChangeBooking: (StayChanged, StayChangeHeld),
    ExtendBooking: (StayExtended,),
    MoveRoom: (RoomMoved,),
    SettleBalance: (BalanceSettled,),
    RefundAtDesk: (RefundedAtDesk,),
    RetryRefund: (BookingRefundRetried,),
    PlaceOrder: (OrderPlaced,),
    SendChatMessage: (ChatMessageSent,),
    UndoCheckIn: (CheckInUndone,),
    UndoCheckOut: (CheckOutUndone,),
    UndoNoShow: (NoShowUndone,),
    Communicate: (CommunicationRequested, CommunicationNoted),
}
# A change of a stay in house is an extension where the guest stays longer.
ALSO_BY: Mapping[type[Command[Any]], type[Command[Any]]] = {ExtendBooking: ChangeBooking}
KEYS_LAST = timedelta(hours=23)  # a little less than in the product: an answer is heard after its effect
# A change that is paid first was requested once, and is held first: `changes_paid_first` judges how it ends.
_EVENTS = """
    SELECT subject, count(*) AS times FROM outbox WHERE split_part(type, '.', 2) = ANY(%(kinds)s)
    AND NOT (type = 'bookings.StayChanged.v1' AND data ->> 'change_id' IS NOT NULL)
    GROUP BY subject ORDER BY subject
"""


@dataclass
class KeyedRequest:
    """What came of a request with a key, which was first heard of at `since`, UTC."""

    since: datetime
    is_answered: bool = False
    is_refused: bool = False


class Effects:
    """Counts the requests of each kind about each booking that may have had their effect; one key counts once.

    A refused request has no effect.
    """

    def __init__(self) -> None:
        self._done: Counter[tuple[str, str]] = Counter()  # without a key, and under keys that have ended
        self._keyed: dict[tuple[str, str, str], KeyedRequest] = {}

    def remember(self, message: Any, key: str, outcome: Any, now: datetime) -> None:
        """Remember what came of a request: a reply, a `Refusal`, or `Unavailable`."""
        if type(message) not in EFFECTS:
            return
        about = (type(message).__name__, message.booking_id)
        if not key:
            self._done[about] += not is_refused(outcome)
            return
        earlier = self._keyed.get((*about, key))
        if earlier is None or now - earlier.since >= KEYS_LAST:
            self._done[about] += earlier is not None and not earlier.is_refused
            earlier = self._keyed[*about, key] = KeyedRequest(now)
        earlier.is_answered = earlier.is_answered or not isinstance(outcome, BaseException)
        earlier.is_refused = is_refused(outcome) and not earlier.is_answered

    def too_many(self, world: JudgedWorld) -> Iterator[Breach]:
        """The bookings to which something was done more often than it was requested."""
        requests = self._done.copy()
        for (kind, booking_id, _), request in self._keyed.items():
            requests[kind, booking_id] += not request.is_refused
        for command, events in EFFECTS.items():
            for row in world.sql("bookings", _EVENTS, kinds=[event.__name__ for event in events]):
                most = requests[command.__name__, row["subject"]]
                if also := ALSO_BY.get(command):
                    most += requests[also.__name__, row["subject"]]
                if row["times"] > most:
                    what = f"{row['times']} times {events[0].__name__}, after {most} requests"
                    yield Breach("I15", f"{row['subject']}: {what}")
