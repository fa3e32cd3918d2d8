"""Each group of tests exists, and a test is in one group at most."""

from pathlib import Path

from tests.side_by_side import GROUPS, place

ROOT = Path(__file__).resolve().parents[2]
PATHS = [path for group in GROUPS for path in group]


def test_every_path_of_a_group_exists() -> None:
    assert [path for path in PATHS if not (ROOT / path).exists()] == []


def test_no_path_begins_with_another() -> None:
    assert [(path, other) for path in PATHS for other in PATHS if path != other and path.startswith(other)] == []


def test_a_test_has_the_place_of_its_group_and_every_other_test_the_last_one() -> None:
    assert place("tests/journeys/browser/test_pages.py::test_one") == 0
    assert place("tests/sandbox/test_stack_ends.py::test_one") == place("tests/interface/broker/test_replies.py::test")
    assert place("tests/sandbox/test_stack_up.py::test_one") == len(GROUPS)
