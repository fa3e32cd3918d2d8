"""Only the notifier's grammar spells channel names; clients receive the names."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.notifier.channels import GRAMMAR, LEGACY
from services.notifier.domain.pushes import PUSHES
from services.notifier.domain.realtime_events import STATUS_CHANGED
from tests.architecture.parsed import parsed

ROOT = Path(__file__).resolve().parents[2]
TABLE = "services/notifier/channels.py"
PLACES = ("services", "gateway", "chassis", "contracts", "hotelmate")
EXAMPLES = "gateway/openapi/examples.py"
MADE = {"gateway/pages/messages.html", "gateway/pages/asyncapi.json"}  # from the table, by `make docs`

HOLE = "\0"  # whatever a format string, an f-string or a script's template leaves to be filled in

# A string with the shape of an old client's channel that names none.
NO_CHANNELS = {
    ("services/notifier/domain/channel_authorisation.py", f"staff-{HOLE}"): "the user id of staff at the push provider"
}

_HOLES = re.compile(r"\$?\{[^{}]*\}|%s")


def _shape(name: str) -> str:
    return _HOLES.sub(HOLE, name)


PREFIXES = tuple({_shape(name).partition(HOLE)[0] for name in GRAMMAR.values()} - {"hotel-"})
SHAPES = {_shape(name) for name in (*GRAMMAR.values(), *(old for names in LEGACY.values() for old in names))}


def spells(text: str) -> bool:
    """Whether this piece of text is, or begins, the name of a channel."""
    shape = _shape(text)
    return any(prefix in shape for prefix in PREFIXES) or shape in SHAPES


def written_in(source: str) -> Iterator[str]:
    """Every string of a Python module, holes in f-strings shown as such."""
    inside = set()
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(part) for part in node.values}
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value


def quoted_in(source: str) -> Iterator[str]:
    """Every string of a script or page, roughly: what stands between two equal quotes on a line."""
    for match in re.finditer(r"(['\"`])((?:(?!\1).)*)\1", source):
        yield match.group(2)


def places() -> Iterator[tuple[str, Path]]:
    """Every file of the product that could spell a channel name."""
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix in {".py", ".js", ".html", ".json", ".txt"} and name not in MADE and ".min." not in name:
                yield name, path


def test_no_other_module_spells_a_channel_name() -> None:
    spelled = []
    for name, path in places():
        strings = written_in(path.read_text()) if path.suffix == ".py" else quoted_in(path.read_text())
        spelled += [(name, text) for text in strings if spells(text) and (name, _shape(text)) not in NO_CHANNELS]

    assert {name for name, _ in spelled} == {TABLE, EXAMPLES}


def test_every_channel_in_the_examples_of_responses_has_a_form_of_the_grammar() -> None:
    forms = [re.compile(re.escape(_shape(name)).replace(re.escape(HOLE), r"[\w-]+")) for name in GRAMMAR.values()]
    examples = [text for text in written_in((ROOT / EXAMPLES).read_text()) if spells(text)]

    assert examples
    assert [text for text in examples if not any(form.fullmatch(text) for form in forms)] == []


@pytest.mark.parametrize(
    "guilty",
    [
        'f"private-hotel-{slug}"',
        '"private-booking-" + booking_id',
        '"private-room-%s-%s" % (slug, number)',
        '"hotel-{slug}-public".format(slug=slug)',
        'f"booking.{booking_id}"',
        'f"room-{slug}-{number}"',
        "channel.startswith('private-staff-')",
    ],
)
def test_a_channel_name_spelled_in_another_module_is_detected(guilty: str) -> None:
    assert any(spells(text) for text in written_in(guilty))


def test_a_channel_name_spelled_in_a_script_is_detected() -> None:
    assert [text for text in quoted_in("pusher.subscribe(`hotel-${slug}-public`)") if spells(text)]
    assert not [text for text in quoted_in("go('hotel-killarney')") if spells(text)]


def test_a_realtime_event_has_the_same_aliases_and_channels_in_every_row() -> None:
    realtime_events = [each for rule in PUSHES.values() for each in rule.realtime_events] + [STATUS_CHANGED]
    by_name = {each.name: each for each in realtime_events}

    assert [each for each in realtime_events if each != by_name[each.name]] == []
    names = [name for each in by_name.values() for name in each.names]
    doubled = {name for name in names if names.count(name) > 1}
    assert doubled == {"booking_room_assigned"}  # old clients bind one name to an assignment and to a move
