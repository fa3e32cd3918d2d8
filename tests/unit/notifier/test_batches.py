"""How what a fact shows is divided among calls to the push provider."""

from collections import defaultdict

import pytest

from contracts import bookings
from contracts.message import Event
from services.notifier.domain import Message, push_about
from services.notifier.notices import PUSHES, STATUS_CHANGED
from services.notifier.pusher_gateway import BATCH, batches
from tests.unit.notifier.samples import NOW, heard, sample

ALL = [STATUS_CHANGED, *(each for push in PUSHES.values() for each in push.shown)]
MOVED = {"status": bookings.BookingStatus.IN_HOUSE, "previous_status": bookings.BookingStatus.CONFIRMED}


def shown(fact: type[Event]) -> list[Message]:
    named = fact.__dataclass_fields__
    event = sample(fact, **{name: value for name, value in {**MOVED, "paid_at": NOW}.items() if name in named})
    notice = push_about(event, heard(event), legacy=True)
    assert notice
    return list(notice.messages)


@pytest.mark.parametrize("fact", PUSHES, ids=lambda fact: fact.__name__)
def test_all_names_of_an_event_reach_a_channel_in_one_call(fact: type[Event]) -> None:
    messages = shown(fact)

    calls = list(batches(messages))

    assert [message for call in calls for message in call] == messages
    assert all(0 < len(call) <= BATCH for call in calls)
    of = defaultdict(set)
    for number, call in enumerate(calls):
        for message in call:
            aliases = next((each.names for each in ALL if message.name in each.names), (message.name,))
            of[message.channel, aliases].add(number)
    assert [where for where, numbers in of.items() if len(numbers) > 1] == []


def test_ten_at_a_time_would_tear_some_apart() -> None:
    messages = shown(bookings.GuestCheckedIn)
    first = {(message.channel, id(message.data)) for message in messages[:BATCH]}

    assert first & {(message.channel, id(message.data)) for message in messages[BATCH:]}
