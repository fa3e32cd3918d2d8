"""Only contents that a contract refuses are `INVALID_MESSAGE`; where messages arrive, nothing is refused."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.parsed import parsed

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("chassis", "contracts", "gateway", "services")
# Here messages are received and read: whatever fails is the sender's fault, never that of the caller.
RECEIVING = ("chassis/hosting", "chassis/messaging/amqp", "gateway/bus")
# Who refuses contents as `INVALID_MESSAGE`, and why they are contents.
REFUSES = {
    "chassis/messaging/received_ask.py": "read_message: the message of an ask that is read, by its contract",
    "chassis/messaging/ask_server.py": "a number of the message that its column cannot hold",
    "gateway/lookups/staff_names.py": "more ids in the message than one ask may have",
}


def refusals(source: str) -> Iterator[str]:
    """The code, as written, of each `Refusal` that the source makes."""
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal":
            yield ast.unparse(node.args[0]) if node.args else ""


def _sources(*folders: str) -> Iterator[tuple[str, str]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path.relative_to(ROOT)), path.read_text("utf-8")


def test_where_messages_arrive_nothing_is_refused() -> None:
    assert [path for path, source in _sources(*RECEIVING) if [*refusals(source)]] == []


def test_only_the_listed_modules_refuse_contents() -> None:
    makers = {
        path for path, source in _sources(*PACKAGES) if any("INVALID_MESSAGE" in code for code in refusals(source))
    }

    assert makers == set(REFUSES)


def test_the_code_is_written_as_its_constant() -> None:
    spelled = [path for path, source in _sources(*PACKAGES) if '"INVALID_MESSAGE"' in source]

    assert spelled == ["chassis/refusal.py", "gateway/http/status_codes.py"]


def test_a_refusal_is_recognised() -> None:
    planted = (
        "def read(body):\n    try:\n        ...\n    except KeyError:\n        raise Refusal('INVALID_MESSAGE', '')\n"
    )

    assert [*refusals(planted)] == ["'INVALID_MESSAGE'"]
    assert [*refusals("raise Unavailable('INVALID_MESSAGE')")] == []
