"""The program: help for every command, error messages, exit codes."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from chassis.refusal import Refusal, Unavailable
from contracts.catalogue import OWNERS
from hotelmate import config
from hotelmate.config import load_config
from hotelmate.errors import REFUSED, UNREACHABLE, CommandError, as_command_errors
from hotelmate.main import app, commands
from tests.unit.hotelmate.naming import NAMING

ADDRESSES = ("AMQP_URL", "SANDBOX_STRIPE_URL", "GATEWAY_DATABASE_URL", "BOOKINGS_DATABASE_URL")
COMMANDS = (
    "",
    "hotel",
    "hotel import",
    "staff",
    "staff add",
    "staff list",
    "staff deactivate",
    "staff password",
    "staff sign-out",
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
def test_every_command_has_a_help_text(command: str, flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*command.split(), flag) == 0
    assert "Usage: hotelmate" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        ("hotel import nowhere.json", REFUSED, "nowhere.json cannot be read"),
        ("clock advance soon", REFUSED, "'soon' is not a span of time"),
        ("clock advance 3h", REFUSED, "SANDBOX_STRIPE_URL is not set"),
        ("dlq list kitchen", REFUSED, "There is no service 'kitchen'"),
        ("dlq replay rooms", REFUSED, "Say which messages"),
        ("dlq replay rooms abc --all", REFUSED, "Say which messages"),
        ("reconcile --since soon", REFUSED, "'soon' is not a span of time"),
        ("webhooks replay", REFUSED, "Say which webhook events"),
        ("webhooks list --outcome lost", REFUSED, "'lost' is no outcome"),
        ("doctor --only I14", REFUSED, "I14 is not judged here: whether a change that was answered 2xx"),
        ("doctor --only I99", REFUSED, "There is no invariant I99"),
        ("doctor", REFUSED, "AMQP_URL is not set"),
        ("doctor --direct", REFUSED, "BOOKINGS_DATABASE_URL is not set"),
        ("events tail", REFUSED, "AMQP_URL is not set"),
        ("events tail --event Approved", REFUSED, "There is no event Approved"),
        ("explain BK-2026-ABCD2345", REFUSED, "AMQP_URL is not set"),
        ("explain BK-2026-ABCD2345 --direct", REFUSED, "BOOKINGS_DATABASE_URL is not set"),
        ("ghosts", REFUSED, "AMQP_URL is not set"),
        ("outbox --publish-again soon", REFUSED, "'soon' is not a span of time"),
        ("outbox --publish-again 31d", REFUSED, "older than 30 days"),
        ("outbox", REFUSED, "AMQP_URL is not set"),
        ("staff add --email x --name X --hotel h --role manager", REFUSED, "'x' is not an e-mail address"),
        ("staff add --email x@y --name X --hotel h --role king", 2, "Invalid value for '--role'"),
        ("no-such-command", 2, "No such command"),
    ],
)
def test_a_wrong_option_ends_with_a_plain_message(
    command: str, code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*command.split()) == code

    output = capsys.readouterr()
    assert message in re.sub(r"\s+", " ", output.err)
    assert "Traceback" not in output.out + output.err


def test_every_argument_that_names_a_hotel_or_a_booking_is_checked() -> None:
    def naming(command: Any, path: str = "") -> Iterator[tuple[str, str]]:
        for name, inner in getattr(command, "commands", {}).items():
            yield from naming(inner, f"{path} {name}".strip())
        yield from (
            (path, each.name or "") for each in command.params if {"hotel", "booking"} & {*str(each.name).split("_")}
        )

    assert set(naming(typer.main.get_command(commands()))) == set(NAMING)


@pytest.mark.slow
def test_a_database_that_is_down_ends_with_a_plain_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for service in OWNERS:
        monkeypatch.setenv(f"{service.upper()}_DATABASE_URL", "postgresql://nobody:nothing@127.0.0.1:9/none")

    for command in ("doctor --direct", "explain BK-2026-ABCD2345 --direct"):
        assert run(*command.split()) == UNREACHABLE
        assert "cannot be reached" in capsys.readouterr().err


def test_a_broker_that_is_down_ends_with_a_plain_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AMQP_URL", "amqp://127.0.0.1:9/")

    assert run("dlq", "list", "rooms") == UNREACHABLE
    assert "The broker cannot be reached" in capsys.readouterr().err


@pytest.mark.slow
def test_a_doctor_without_an_answer_names_the_way_without_the_broker(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AMQP_URL", "amqp://127.0.0.1:9/")
    monkeypatch.setattr(config, "CONNECT_WITHIN", 0.1)

    assert run("explain", "BK-2026-ABCD2345") == UNREACHABLE
    assert "--direct" in capsys.readouterr().err


def test_a_refusal_is_printed_with_its_code_and_fields() -> None:
    with pytest.raises(CommandError) as error, as_command_errors():
        raise Refusal("VALIDATION_ERROR", "No.", errors=[{"field": "slug", "message": "is taken"}])

    assert (error.value.message, error.value.details) == ("No. (VALIDATION_ERROR)", ("slug: is taken",))


def test_an_ask_without_a_reply_is_not_a_refusal() -> None:
    with pytest.raises(CommandError) as error, as_command_errors():
        raise Unavailable("rooms did not answer")

    assert error.value.code == UNREACHABLE


def test_the_environment_takes_precedence_over_a_running_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "stack.json"
    file.write_text(json.dumps({"amqp": "amqp://demo", "databases": {"bookings": "postgresql://demo"}}))
    monkeypatch.setenv("AMQP_URL", "amqp://real")

    loaded = load_config(file)

    assert (loaded.amqp_url, loaded.database_url("bookings")) == ("amqp://real", "postgresql://demo")


def test_a_broken_stack_file_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "stack.json"
    file.write_text("{")

    with pytest.raises(CommandError, match="cannot be read"):
        load_config(file)
