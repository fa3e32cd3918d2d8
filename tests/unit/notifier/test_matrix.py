"""Every transition of every lifecycle, against the specification's table of realtime events written down anew."""

import importlib
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

import pytest

from chassis.lifecycle import Lifecycle
from contracts import bookings, notifier, payments, rooms
from contracts.bookings import BookingEvent
from contracts.catalogue import OWNERS
from contracts.message import Event
from contracts.values import Actor, ActorKind
from services.notifier.channels import parse
from services.notifier.domain import push_about, showing
from services.notifier.notices import NOT_SHOWN, PUSHES
from tests.unit.notifier.samples import NOW, heard, sample
from tests.unit.notifier.specified import EVERY_CHANGE, EXPECTED, Shown, written

# What happens to a room or a payment under a name of its service's own, and the fact that tells of it.
TOLD_AS: dict[str, type[Event] | str] = {
    "SessionNeverOpened": "nobody knew of the page",
    "RefundedInPart": bookings.BookingRefunded,
    "RefundedInFull": bookings.BookingRefunded,
    "RefundRefused": bookings.BookingRefundFailed,
    "RefundRetried": bookings.BookingRefundRetried,
    "RefundReturned": bookings.BookingRefundFailed,
    "RefundReturnedInPart": bookings.BookingRefundFailed,
    # Bookings records these in its own feed, and shows them from there.
    "PaymentAuthorized": bookings.BookingAwaitsApproval,
    "PaymentCaptured": bookings.BookingConfirmed,
    "PaymentCaptureFailed": bookings.BookingPaymentFailed,
}

FACTS = {
    name: thing for owner in (bookings, payments, rooms, notifier) for name, thing in vars(owner).items()
    if isinstance(thing, type) and issubclass(thing, Event)
}  # fmt: skip
STAFF = Actor(ActorKind.STAFF, "7", "Grace Hopper")

Transition = tuple[StrEnum | None, type[Any], StrEnum]


def shown(event: Event) -> Shown:
    """What the notifier makes of a fact: every name on every kind of channel."""
    notice = push_about(event, heard(event), legacy=False)
    told = set()
    for message in notice.messages if notice else ():
        channel = parse(message.channel)
        assert channel, message.channel
        told.add((message.name, str(channel.kind)))
    return told


def lifecycles() -> Iterator[tuple[str, Lifecycle[Any]]]:
    """Every table of every service."""
    for owner in OWNERS:
        module = importlib.import_module(f"services.{owner}.lifecycle")
        for name, table in vars(module).items():
            if isinstance(table, Lifecycle):
                yield f"{owner}.{name}", table


def told_by(cause: type[Any]) -> type[Event] | str | None:
    """The fact that tells of it, or why none does; None where nobody has thought of it."""
    if any(each.__name__ == "Act" for each in cause.__mro__):
        return rooms.RoomStatusChanged
    if cause.__name__ in TOLD_AS:
        return TOLD_AS[cause.__name__]
    fact = FACTS.get(cause.__name__)
    return NOT_SHOWN.get(fact, fact) if fact else None


def untold(transitions: Iterable[Transition], expected: dict[str, Shown] = EXPECTED) -> list[str]:
    """What these transitions should show and do not, or show and should not."""
    wrong = []
    for before, cause, after in transitions:
        fact = told_by(cause)
        if isinstance(fact, str):
            continue
        if fact is None or fact.__name__ not in expected:
            wrong.append(f"{cause.__name__}: in no table")
            continue
        told, wanted = shown(_happened(fact, cause, before, after)), set(expected[fact.__name__])
        if fact is cause and issubclass(fact, BookingEvent) and isinstance(after, bookings.BookingStatus):
            wanted |= EVERY_CHANGE if before is not after else set()
            told -= set() if before is not after else EVERY_CHANGE
        elif issubclass(fact, BookingEvent):
            told -= EVERY_CHANGE
        if told != wanted:
            wrong.append(f"{cause.__name__} from {before} to {after}: {sorted(told ^ wanted)}")
    return wrong


def _happened(fact: type[Event], cause: type[Any], before: StrEnum | None, after: StrEnum) -> Event:
    named = fact.__dataclass_fields__
    given: dict[str, Any] = {"paid_at": NOW} if "paid_at" in named else {}
    if fact is cause and isinstance(after, bookings.BookingStatus):
        given |= {"status": after, "previous_status": before}
    return sample(fact, **given)


@pytest.mark.parametrize(("name", "table"), list(lifecycles()), ids=lambda each: each if isinstance(each, str) else "")
def test_every_transition_is_shown_as_specified_or_it_is_said_why_not(name: str, table: Lifecycle[Any]) -> None:
    assert untold(table) == [], name


def test_every_lifecycle_is_walked() -> None:
    assert {name for name, _ in lifecycles()} >= {
        "bookings.LIFECYCLE", "bookings.OVERSTAYS", "bookings.ORDERS", "bookings.COMMUNICATIONS",
        "payments.LIFECYCLE", "rooms.LIFECYCLE", "notifier.LIFECYCLE",
    }  # fmt: skip


@pytest.mark.parametrize("fact", sorted(EXPECTED))
def test_every_row_of_the_specification_is_shown_so_and_not_otherwise(fact: str) -> None:
    kind = FACTS[fact]
    named = kind.__dataclass_fields__
    event = sample(kind, **({"paid_at": NOW} if "paid_at" in named else {}))

    assert shown(event) - EVERY_CHANGE == EXPECTED[fact]


def test_nothing_is_shown_that_no_table_has() -> None:
    assert {fact.__name__ for fact in PUSHES} == set(EXPECTED)


def test_a_new_transition_that_nobody_is_told_of_is_found() -> None:
    class RoomPainted:
        """Something new."""

    status = bookings.BookingStatus.IN_HOUSE

    assert untold([(status, RoomPainted, status)]) == ["RoomPainted: in no table"]


def test_a_channel_too_many_or_too_few_is_found() -> None:
    held: Transition = (None, bookings.BookingHeld, bookings.BookingStatus.PENDING_PAYMENT)
    for channels in ("hotel", "hotel booking staff"):
        other = written(f"\nfact | event | alias | channels\nBookingHeld | booking_created | | {channels}\n")
        assert untold([held], other) != []
    assert untold([held]) == []


def test_a_change_of_status_that_is_not_told_as_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showing, "_changes_status", lambda _: False)
    status = bookings.BookingStatus

    assert untold([(status.CONFIRMED, bookings.GuestCheckedIn, status.IN_HOUSE)]) != []
