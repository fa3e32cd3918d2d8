"""Availability changes are coalesced per hotel and second."""

from datetime import timedelta

from chassis import codec
from contracts.rooms.events import InventoryHeld, InventoryReleased
from services.notifier.domain.availability import availability_job, availability_push
from tests.unit.notifier.samples import HOTEL, NOW, envelope_of, sample


def test_all_availability_changes_of_a_second_become_one_push_at_its_end() -> None:
    first, due_at = availability_job(envelope_of(sample(InventoryHeld)), now=NOW)
    second, second_due_at = availability_job(envelope_of(sample(InventoryReleased)), now=NOW + timedelta(seconds=0.999))

    assert first.notice_id == second.notice_id
    assert due_at == second_due_at == NOW + timedelta(seconds=1)


def test_a_change_in_the_next_second_becomes_the_next_push() -> None:
    first, _ = availability_job(envelope_of(sample(InventoryHeld)), now=NOW)
    second, due_at = availability_job(envelope_of(sample(InventoryHeld)), now=NOW + timedelta(seconds=1))

    assert second.second == first.second + 1
    assert due_at == NOW + timedelta(seconds=2)


def test_an_availability_push_goes_to_the_public_channel_without_the_booking() -> None:
    event = sample(InventoryHeld)
    job, _ = availability_job(envelope_of(event), now=NOW)

    push = availability_push(job)

    assert [(message.channel, message.name) for message in push.messages({})] == [
        (f"hotel-{HOTEL}-public", "availability_changed")
    ]
    assert event.booking_id not in codec.encode(push).decode()
