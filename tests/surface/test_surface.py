"""Nothing that others rely on changes unseen: whoever changes it on purpose approves it anew, in the same commit."""

import pytest

from tests.surface import approved, start
from tests.surface.kinds import KINDS, programs


@pytest.mark.parametrize("kind", KINDS)
def test_the_surface_is_the_approved_one(kind: str) -> None:
    changed = approved.difference(approved.read(kind), set(KINDS[kind]()))

    assert not changed, "\n".join(["not as approved; if it is meant: make approve ARGS=" + kind, *changed])


def test_every_program_that_is_named_exists() -> None:
    named = {fact.removeprefix("python -m ") for _, fact in programs() if fact.startswith("python -m ")}

    assert {"gateway", "hotelmate", "sandbox.stack"} <= named
    assert [program for program in sorted(named) if not start.exists(program)] == []
