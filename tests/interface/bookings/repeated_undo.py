"""An undo that is repeated under its key, and without one."""

from typing import Any

from tests.interface.bookings.service_under_test import BookingsUnderTest


def assert_no_second_effect(service: BookingsUnderTest, undo: Any, event: str) -> None:
    """The undo replies the same under its key, and without one, and publishes its event once."""
    key = {"idempotency_key": "k", "fingerprint": "f"}

    first = service.answer(undo, **key)
    replayed = service.answer(undo, **key)
    again = service.ask(undo)

    assert (first.replayed, replayed.replayed) == (False, True)
    assert first.reply == replayed.reply == again
    assert service.events(undo.booking_id).count(event) == 1
