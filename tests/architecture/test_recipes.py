"""The recipes of CONTRIBUTING.md name files that exist, and as many as they say."""

import re

import pytest

from tests.interface.recipes.copied_tree import ROOT, rows

MADE_BY_THE_RECIPE = ("<", "NNNN_", "packages.py")
CAPABILITY, ACTION = "overstays", "check_in"  # stand for any other


@pytest.mark.parametrize("heading", ["A transition of a booking", "A field of a booking", "A coded noun", "An event"])
def test_every_file_that_a_recipe_edits_exists(heading: str) -> None:
    names = [name.replace("<capability>", CAPABILITY).replace("<action>", ACTION) for name, _ in rows(heading)]
    existing = [name for name in names if not any(mark in name for mark in MADE_BY_THE_RECIPE)]

    assert existing
    assert [name for name in existing if not (ROOT / name).is_file()] == []


def test_a_transition_is_nine_files_or_ten_in_two_steps_and_an_event_five() -> None:
    columns = [re.split(r" *\| *", cells)[-3:-1] for _, cells in rows("A transition of a booking")]

    assert [sum(bool(cell) for cell in column) for column in zip(*columns, strict=True)] == [9, 10]
    assert len(rows("An event")) == 5
