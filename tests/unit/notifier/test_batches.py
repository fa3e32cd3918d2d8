"""How the messages of a push are split into calls to the push provider."""

from collections import defaultdict

import pytest

from contracts.bookings.status import BookingStatus
from contracts.message import Event
from services.notifier.domain.jobs import PushMessage
from services.notifier.domain.notice_mapping import push_for
from services.notifier.domain.pushes import PUSHES
from services.notifier.domain.realtime_events import STATUS_CHANGED
from services.notifier.pusher_gateway import BATCH, batches
from tests.unit.notifier.samples import NOW, envelope_of, sample

REALTIME_EVENTS = [STATUS_CHANGED, *(each for rule in PUSHES.values() for each in rule.realtime_events)]
MOVED = {"status": BookingStatus.IN_HOUSE, "previous_status": BookingStatus.CONFIRMED}


def messages_of(kind: type[Event]) -> list[PushMessage]:
    fields = kind.__dataclass_fields__
    event = sample(kind, **{name: value for name, value in {**MOVED, "paid_at": NOW}.items() if name in fields})
    push = push_for(event, envelope_of(event), legacy=True)
    assert push
    return list(push.messages({}))


@pytest.mark.parametrize("kind", PUSHES, ids=lambda kind: kind.__name__)
def test_all_names_of_a_realtime_event_reach_a_channel_in_one_call(kind: type[Event]) -> None:
    messages = messages_of(kind)

    calls = list(batches(messages))

    assert [message for call in calls for message in call] == messages
    assert all(0 < len(call) <= BATCH for call in calls)
    calls_of = defaultdict(set)
    for number, call in enumerate(calls):
        for message in call:
            aliases = next((each.names for each in REALTIME_EVENTS if message.name in each.names), (message.name,))
            calls_of[message.channel, aliases].add(number)
    assert [names for names, numbers in calls_of.items() if len(numbers) > 1] == []


def is_separated_by_ten(kind: type[Event]) -> bool:
    messages = messages_of(kind)
    first_ten = {(message.channel, id(message.data)) for message in messages[:BATCH]}
    return bool(first_ten & {(message.channel, id(message.data)) for message in messages[BATCH:]})


def test_calls_of_exactly_ten_messages_would_separate_names_of_one_realtime_event() -> None:
    assert any(is_separated_by_ten(kind) for kind in PUSHES)
