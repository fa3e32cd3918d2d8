"""Contract classes: frozen, made by keyword, checked by mypy; their catalogue is collected once."""

from dataclasses import FrozenInstanceError

import pytest

from contracts.catalogue import asks, events
from contracts.data import Data
from contracts.rooms.quotes import GiveQuote


class Note(Data):
    text: str
    page: int = 1


def test_a_field_of_data_cannot_be_assigned() -> None:
    note = Note(text="late")
    with pytest.raises(FrozenInstanceError):
        note.text = "early"  # type: ignore[misc]


# mypy refuses an ignore that is not needed: these lines also show that mypy notices a missing field.
def test_a_missing_field_is_noticed_in_data_and_in_a_message_with_a_base_of_fields() -> None:
    with pytest.raises(TypeError, match="'text'"):
        Note(page=2)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="'room_type'"):
        GiveQuote(hotel="h")  # type: ignore[call-arg]


def test_data_takes_no_positional_argument() -> None:
    with pytest.raises(TypeError, match="positional"):
        Note("late")  # type: ignore[call-arg]


def test_the_messages_of_the_catalogue_are_collected_once() -> None:
    assert events() is events()
    assert asks() is asks()
