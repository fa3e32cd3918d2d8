"""Availability is coalesced by hotel and second."""

from datetime import timedelta

from chassis import codec
from contracts import rooms
from services.notifier.domain import availability_due, availability_notice
from tests.unit.notifier.samples import HOTEL, NOW, heard, sample


def test_all_changes_of_a_second_become_one_push_at_its_end() -> None:
    first, at = availability_due(heard(sample(rooms.InventoryHeld)), now=NOW)
    second, again = availability_due(heard(sample(rooms.InventoryReleased)), now=NOW + timedelta(seconds=0.999))

    assert first.notice_id == second.notice_id
    assert at == again == NOW + timedelta(seconds=1)


def test_a_change_in_the_next_second_is_told_after_it() -> None:
    first, _ = availability_due(heard(sample(rooms.InventoryHeld)), now=NOW)
    next_one, at = availability_due(heard(sample(rooms.InventoryHeld)), now=NOW + timedelta(seconds=1))

    assert next_one.second == first.second + 1
    assert at == NOW + timedelta(seconds=2)


def test_it_tells_the_public_nothing_of_the_booking() -> None:
    event = sample(rooms.InventoryHeld)
    due, _ = availability_due(heard(event), now=NOW)

    notice = availability_notice(due)

    assert [(message.channel, message.name) for message in notice.messages] == [
        (f"hotel-{HOTEL}-public", "availability_changed")
    ]
    assert event.booking_id not in codec.encode(notice).decode()
