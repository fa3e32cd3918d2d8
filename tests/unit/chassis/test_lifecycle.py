"""A lifecycle allows what its table says, and nothing else."""

from enum import StrEnum

import pytest

from chassis.lifecycle import Lifecycle
from chassis.refusal import Refusal


class Door(StrEnum):
    OPEN = "OPEN"
    SHUT = "SHUT"


class Pushed: ...


class Pulled: ...


def test_the_table_gives_the_next_status() -> None:
    table = Lifecycle((None, Pushed, Door.OPEN), (Door.OPEN, Pulled, Door.SHUT))

    assert table.after(None, Pushed) is Door.OPEN
    assert table.after(Door.OPEN, Pulled) is Door.SHUT


def test_a_transition_that_the_table_leaves_out_is_refused() -> None:
    table = Lifecycle((Door.OPEN, Pulled, Door.SHUT), code="STUCK")

    with pytest.raises(Refusal) as refused:
        table.after(Door.SHUT, Pulled)

    assert refused.value.code == "STUCK"
    assert not table.allows(Door.SHUT, Pulled)


def test_a_table_with_a_repeated_transition_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Lifecycle((Door.OPEN, Pulled, Door.SHUT), (Door.OPEN, Pulled, Door.OPEN))
