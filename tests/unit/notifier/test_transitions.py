"""Every transition of every lifecycle, against a hand-written copy of the specification's table of realtime events."""

import importlib
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

import pytest

from chassis.lifecycle import Lifecycle
from contracts.bookings.approval import BookingAwaitsApproval, BookingConfirmed
from contracts.bookings.events import BookingEvent, BookingHeld, BookingPaymentFailed
from contracts.bookings.refunds import BookingRefunded, BookingRefundFailed, BookingRefundRetried
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import GuestCheckedIn
from contracts.catalogue import OWNERS, events
from contracts.message import Event
from contracts.rooms.events import RoomStatusChanged
from contracts.values import Actor, ActorKind
from services.notifier.channels import parse
from services.notifier.domain import notice_mapping
from services.notifier.domain.notice_mapping import push_for
from services.notifier.domain.pushes import NOT_PUSHED, PUSHES
from tests.unit.notifier.samples import NOW, envelope_of, sample
from tests.unit.notifier.specified import EVERY_CHANGE, EXPECTED, Pairs, pairs_by_event

# A cause of a transition in a service's own lifecycle, and the published event that reports it, or why none does.
PUBLISHED_AS: dict[str, type[Event] | str] = {
    "SessionNeverOpened": "no client knew of the payment page",
    "MoneyReturned": "staff know of the mismatch already",
    "RefundedInPart": BookingRefunded,
    "RefundedInFull": BookingRefunded,
    "RefundRefused": BookingRefundFailed,
    "RefundRetried": BookingRefundRetried,
    "RefundReturned": BookingRefundFailed,
    "RefundReturnedInPart": BookingRefundFailed,
    # Bookings records these in its own feed, and those events are pushed.
    "PaymentAuthorized": BookingAwaitsApproval,
    "PaymentCaptured": BookingConfirmed,
    "PaymentCaptureFailed": BookingPaymentFailed,
}

EVENTS = {event.__name__: event for event in events().values()}
STAFF = Actor(ActorKind.STAFF, "7")

Transition = tuple[StrEnum | None, type[Any], StrEnum]


def pushed_pairs(event: Event) -> Pairs:
    """Every realtime name with every kind of channel, as pushed for the event."""
    push = push_for(event, envelope_of(event), legacy=False)
    pairs = set()
    for message in push.messages({}) if push else ():
        channel = parse(message.channel)
        assert channel, message.channel
        pairs.add((message.name, str(channel.kind)))
    return pairs


def lifecycles() -> Iterator[tuple[str, Lifecycle[Any]]]:
    """Every lifecycle table of every service."""
    for owner in OWNERS:
        module = importlib.import_module(f"services.{owner}.lifecycle")
        for name, table in vars(module).items():
            if isinstance(table, Lifecycle):
                yield f"{owner}.{name}", table


def published_as(cause: type[Any]) -> type[Event] | str | None:
    """The event that reports the cause, or the reason why none is pushed; None where no table lists the cause."""
    if any(each.__name__ == "Act" for each in cause.__mro__):
        return RoomStatusChanged
    if cause.__name__ in PUBLISHED_AS:
        return PUBLISHED_AS[cause.__name__]
    event = EVENTS.get(cause.__name__)
    return NOT_PUSHED.get(event, event) if event else None


def differences(transitions: Iterable[Transition], expected: dict[str, Pairs] = EXPECTED) -> list[str]:
    """The transitions whose pushes differ from the expected table."""
    wrong = []
    for before, cause, after in transitions:
        event = published_as(cause)
        if isinstance(event, str):
            continue
        if event is None or event.__name__ not in expected:
            wrong.append(f"{cause.__name__}: in no table")
            continue
        pairs, expected_pairs = pushed_pairs(_sample(event, cause, before, after)), set(expected[event.__name__])
        if event is cause and issubclass(event, BookingEvent) and isinstance(after, BookingStatus):
            expected_pairs |= EVERY_CHANGE if before is not after else set()
            pairs -= set() if before is not after else EVERY_CHANGE
        elif issubclass(event, BookingEvent):
            pairs -= EVERY_CHANGE
        if pairs != expected_pairs:
            wrong.append(f"{cause.__name__} from {before} to {after}: {sorted(pairs ^ expected_pairs)}")
    return wrong


def _sample(event: type[Event], cause: type[Any], before: StrEnum | None, after: StrEnum) -> Event:
    values: dict[str, Any] = {"paid_at": NOW} if "paid_at" in event.__dataclass_fields__ else {}
    if event is cause and isinstance(after, BookingStatus):
        values |= {"status": after, "previous_status": before}
    return sample(event, **values)


@pytest.mark.parametrize(("name", "table"), list(lifecycles()), ids=lambda each: each if isinstance(each, str) else "")
def test_every_transition_is_pushed_as_specified_or_has_a_reason_why_not(name: str, table: Lifecycle[Any]) -> None:
    assert differences(table) == [], name


def test_every_lifecycle_table_is_checked() -> None:
    assert {name for name, _ in lifecycles()} >= {
        "bookings.LIFECYCLE", "bookings.OVERSTAYS", "bookings.ORDERS", "bookings.COMMUNICATIONS",
        "payments.LIFECYCLE", "rooms.LIFECYCLE", "notifier.LIFECYCLE",
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_row_of_the_specification_is_pushed_exactly_as_specified(name: str) -> None:
    kind = EVENTS[name]
    event = sample(kind, **({"paid_at": NOW} if "paid_at" in kind.__dataclass_fields__ else {}))

    assert pushed_pairs(event) - EVERY_CHANGE == EXPECTED[name]


def test_no_event_is_pushed_that_no_table_lists() -> None:
    assert {event.__name__ for event in PUSHES} == set(EXPECTED)


def test_a_new_transition_that_is_in_no_table_is_detected() -> None:
    class RoomPainted:
        """A cause that no table lists."""

    status = BookingStatus.IN_HOUSE

    assert differences([(status, RoomPainted, status)]) == ["RoomPainted: in no table"]


def test_a_missing_or_additional_channel_is_detected() -> None:
    held: Transition = (None, BookingHeld, BookingStatus.PENDING_PAYMENT)
    for channels in ("hotel", "hotel booking staff"):
        other = pairs_by_event(f"\nevent | name | alias | channels\nBookingHeld | booking_created | | {channels}\n")
        assert differences([held], other) != []
    assert differences([held]) == []


def test_a_status_change_that_is_not_pushed_as_one_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notice_mapping, "_changes_status", lambda _: False)
    status = BookingStatus

    assert differences([(status.CONFIRMED, GuestCheckedIn, status.IN_HOUSE)]) != []
