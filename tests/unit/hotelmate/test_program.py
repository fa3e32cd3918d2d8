"""The program as a person meets it: help everywhere, plain troubles, exit codes."""

import json
import re
from pathlib import Path

import pytest

from chassis.refusal import Refusal, Unavailable
from hotelmate.main import app
from hotelmate.surroundings import look_around
from hotelmate.trouble import REFUSED, UNREACHABLE, Trouble, told_plainly

ADDRESSES = ("AMQP_URL", "SANDBOX_STRIPE_URL", "GATEWAY_DATABASE_URL", "BOOKINGS_DATABASE_URL")
COMMANDS = (
    "",
    "hotel",
    "hotel import",
    "staff",
    "staff add",
    "staff list",
    "clock",
    "clock advance",
    "dlq",
    "dlq list",
    "dlq show",
    "dlq replay",
    "dlq drop",
    "notices",
    "notices list",
    "notices show",
    "notices replay",
    "outbox",
    "doctor",
    "explain",
    "events tail",
    "refund",
    "refund retry",
    "reconcile",
    "webhooks",
    "webhooks list",
    "webhooks show",
    "webhooks replay",
    "webhooks dismiss",
)


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ADDRESSES:
        monkeypatch.delenv(name, raising=False)


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        app(arguments)
    return int(left.value.code or 0)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_every_command_helps(command: str, flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*command.split(), flag) == 0
    assert "Usage: hotelmate" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("hotel import nowhere.json", REFUSED, "nowhere.json cannot be read"),
        ("clock advance soon", REFUSED, "'soon' is not a span of time"),
        ("clock advance 3h", REFUSED, "SANDBOX_STRIPE_URL is not set"),
        ("dlq list kitchen", REFUSED, "There is no service 'kitchen'"),
        ("dlq replay rooms", REFUSED, "Say which messages"),
        ("dlq replay rooms abc --all", REFUSED, "Say which messages"),
        ("reconcile --since soon", REFUSED, "'soon' is not a span of time"),
        ("webhooks replay", REFUSED, "Say which notices"),
        ("webhooks list --outcome lost", REFUSED, "'lost' is no outcome"),
        ("doctor --only I14", REFUSED, "I14 is not asked here"),
        ("doctor", REFUSED, "BOOKINGS_DATABASE_URL is not set"),
        ("events tail", REFUSED, "AMQP_URL is not set"),
        ("events tail --event Approved", REFUSED, "There is no event Approved"),
        ("explain BK-2026-ABC234", REFUSED, "AMQP_URL is not set"),
        ("outbox --publish-again soon", REFUSED, "'soon' is not a span of time"),
        ("outbox --publish-again 31d", REFUSED, "older than 30 days"),
        ("outbox", REFUSED, "BOOKINGS_DATABASE_URL is not set"),
        ("staff add --email x --name X --hotel h --role manager", REFUSED, "'x' is not an e-mail address"),
        ("staff add --email x@y --name X --hotel h --role king", 2, "Invalid value for '--role'"),
        ("no-such-command", 2, "No such command"),
    ],
)
def test_a_mistake_ends_plainly(command: str, code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*command.split()) == code

    heard = capsys.readouterr()
    assert said in re.sub(r"\s+", " ", heard.err)
    assert "Traceback" not in heard.out + heard.err


def test_a_database_that_is_down_ends_plainly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOOKINGS_DATABASE_URL", "postgresql://nobody:nothing@127.0.0.1:9/none")

    for command in ("outbox", "doctor"):
        assert run(command) == UNREACHABLE
        assert "The database cannot be reached" in capsys.readouterr().err


def test_a_broker_that_is_down_ends_plainly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AMQP_URL", "amqp://127.0.0.1:9/")

    assert run("dlq", "list", "rooms") == UNREACHABLE
    assert "The broker cannot be reached" in capsys.readouterr().err


def test_a_refusal_is_told_with_its_code_and_fields() -> None:
    with pytest.raises(Trouble) as trouble, told_plainly():
        raise Refusal("VALIDATION_ERROR", "No.", errors=[{"field": "slug", "message": "is taken"}])

    assert (trouble.value.message, trouble.value.details) == ("No. (VALIDATION_ERROR)", ("slug: is taken",))


def test_silence_is_not_a_refusal() -> None:
    with pytest.raises(Trouble) as trouble, told_plainly():
        raise Unavailable("rooms did not answer")

    assert trouble.value.code == UNREACHABLE


def test_the_environment_wins_over_a_running_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "stack.json"
    file.write_text(json.dumps({"amqp": "amqp://demo", "databases": {"bookings": "postgresql://demo"}}))
    monkeypatch.setenv("AMQP_URL", "amqp://real")

    around = look_around(file)

    assert (around.amqp_url, around.database_url("bookings")) == ("amqp://real", "postgresql://demo")


def test_a_broken_stack_file_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "stack.json"
    file.write_text("{")

    with pytest.raises(Trouble, match="cannot be read"):
        look_around(file)
