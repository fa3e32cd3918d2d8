"""`hotelmate staff deactivate|password|sign-out` on a real PostgreSQL and RabbitMQ."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from hotelmate import config
from hotelmate.errors import REFUSED, UNREACHABLE
from hotelmate.main import app
from sandbox.stack.rabbit import RabbitNode
from tests.interface.gateway.desk import EMAIL, PASSWORD, Desk
from tests.interface.gateway.responder import Responder

NEW = "seven quiet rivers"
NOWHERE = "amqp://hotelmate:f2b71cf08a4e5d6390ab12cd34ef5678@127.0.0.1:9/"
WORDS = {
    "deactivate": "nora@example.com is closed; 2 tokens ended.",
    "password": "nora@example.com has a new password; 2 tokens ended.",
    "sign-out": "nora@example.com is signed out everywhere; 2 tokens ended.",
}


class Terminal:
    """The command line beside a gateway: `run` answers exit code, output and errors."""

    def __init__(self, desk: Desk, notifier: Responder, capsys: pytest.CaptureFixture[str]) -> None:
        self.desk, self._notifier, self._capsys = desk, notifier, capsys

    def run(self, *arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            app(("staff", *arguments))
        output = self._capsys.readouterr()
        return int(left.value.code or 0), output.out.strip(), output.err.strip()

    @property
    def dropped(self) -> list[str]:
        return [kwargs["message"]["staff_id"] for method, kwargs, _ in self._notifier.asks if "DropUser" in method]


def _answer(method: str, _: dict[str, Any], __: Any) -> dict[str, Any] | None:
    return {"result": {}} if method == "DropUser" else None


@pytest.fixture
def terminal(
    desk: Desk, rabbit: RabbitNode, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Terminal]:
    monkeypatch.setenv("GATEWAY_DATABASE_URL", desk.url)
    monkeypatch.setenv("AMQP_URL", rabbit.amqp_url)
    with Responder(rabbit.amqp_url, "notifier", _answer) as notifier:
        yield Terminal(desk, notifier, capsys)


@pytest.mark.parametrize("command", list(WORDS))
def test_a_command_ends_tokens_at_every_gateway_and_the_push_connections(terminal: Terminal, command: str) -> None:
    staff = terminal.desk.add()
    tokens = [terminal.desk.token(), terminal.desk.token()]

    code, output, errors = terminal.run(command, "Nora@Example.com")

    assert (code, errors) == (0, "")
    assert output.splitlines()[0] == WORDS[command]
    assert not any(terminal.desk.is_valid(token) for token in tokens)
    assert terminal.dropped == [str(staff.id)]


@pytest.mark.parametrize("command", list(WORDS))
def test_a_person_who_is_unknown_is_refused(terminal: Terminal, command: str) -> None:
    code, output, errors = terminal.run(command, "nobody@example.com")

    assert (code, output) == (REFUSED, "")
    assert "There is no account nobody@example.com" in errors
    assert terminal.dropped == []


def test_a_generated_password_is_printed_once_and_works(terminal: Terminal) -> None:
    terminal.desk.add()

    _, output, _ = terminal.run("password", EMAIL)

    password = output.rpartition("password: ")[2]
    assert len(password) >= 12
    assert terminal.desk.is_valid(terminal.desk.token(password))


def test_a_password_from_standard_input_is_not_printed(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.desk.add()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{NEW}\n"))

    code, output, errors = terminal.run("password", EMAIL, "--password-stdin")

    assert code == 0
    assert NEW not in output + errors
    assert terminal.desk.is_valid(terminal.desk.token(NEW))


def test_a_common_password_is_refused_and_changes_nothing(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.desk.add()
    token = terminal.desk.token()
    monkeypatch.setattr("sys.stdin", io.StringIO("Password2026!\n"))

    code, _, errors = terminal.run("password", EMAIL, "--password-stdin")

    assert code == REFUSED
    assert "Nothing is changed: a password must not be a common one" in errors
    assert terminal.desk.is_valid(token)


def test_the_result_is_one_json_object(terminal: Terminal) -> None:
    staff = terminal.desk.add()
    terminal.desk.token()

    _, output, _ = terminal.run("deactivate", EMAIL, "--json")
    _, listed, _ = terminal.run("list", "--json")

    account = {
        "id": str(staff.id), "email": EMAIL, "name": "Nora Clerk", "hotel": "hotel-killarney", "role": "front_desk",
        "is_superuser": False, "active": False,
    }  # fmt: skip
    assert json.loads(output) == account | {"tokens_ended": 1, "connections_ended": True}
    assert json.loads(listed) == [account]


def test_without_a_broker_the_account_is_closed_and_the_open_connections_are_reported(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.desk.add()
    token = terminal.desk.token()
    monkeypatch.setenv("AMQP_URL", NOWHERE)
    monkeypatch.setattr(config, "CONNECT_WITHIN", 0.1)

    code, output, errors = terminal.run("deactivate", EMAIL)

    assert code == UNREACHABLE
    assert output == "nora@example.com is closed; 1 token ended."
    assert "push connections could not be ended" in errors
    assert not terminal.desk.is_valid(token)
    with pytest.raises(AssertionError):
        terminal.desk.token(PASSWORD)
