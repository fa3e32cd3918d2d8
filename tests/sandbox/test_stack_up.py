"""The whole stack from above, with small stand-ins for the programs it runs."""

import io
import json
import os
import signal
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import psycopg
import pytest

from chassis.messaging.keys import keys_of, relay_keys
from sandbox.stack.commands import BROKER_USERS, SERVICES, Commands
from sandbox.stack.output import Output
from sandbox.stack.run_directory import temporary_run
from sandbox.stack.stack import Stack
from sandbox.stack.stack_config import ROOT
from sandbox.stack.welcome import print_addresses
from tests.sandbox.small_system import FAKE, SYSTEM, UP, given
from tests.sandbox.soon import soon

SHAPE: dict[str, type | set[str]] = {
    "gateway": str,
    "stripe": {"url", "webhook_secret"},
    "pusher": {"host", "port", "app_id", "key", "secret"},
    "mailbox": {"smtp", "http"},
    "amqp": str,
    "databases": {"bookings", "payments", "rooms", "notifier", "gateway"},
    "staff": list,
    "hotels": list,
}


def test_every_program_is_up_and_described(stack: Stack) -> None:
    stack_json = json.loads(stack.path.read_text("utf-8"))

    assert stack_json == stack.stack_json
    for name, shape in SHAPE.items():
        assert set(stack_json[name]) == shape if isinstance(shape, set) else isinstance(stack_json[name], shape), name
    assert stack_json["hotels"] == ["sea"]
    assert urllib.request.urlopen(f"{stack_json['gateway']}/readyz").status == 200
    assert psycopg.connect(stack_json["databases"]["bookings"]).execute("select current_user").fetchone() == (
        "bookings",
    )


def test_a_file_with_secrets_is_private(stack: Stack) -> None:
    for name in ("stack.json", "secrets.json", "postgres/passwords.json", "rabbit/secrets.json"):
        assert stat.S_IMODE((stack.directory / name).stat().st_mode) == 0o600


def test_processes_get_every_variable_but_the_administrators(stack: Stack) -> None:
    assert stack.environment["EXTRA"] == "told"
    assert stack.environment["AMQP_URL"] == stack.rabbit.url_of("operator")
    assert stack.rabbit.amqp_url not in stack.environment.values()
    assert stack.environment["BOOKINGS_DATABASE_URL"] == stack.stack_json["databases"]["bookings"]
    assert stack.postgres.admin_url not in stack.environment.values()


def test_no_address_and_no_password_is_shortened(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person = {"email": f"{'house' * 12}@hotel.example", "role": "housekeeping_supervisor", "password": "secret" * 8}
    terminal = io.StringIO()
    monkeypatch.setitem(stack.stack_json, "staff", [person])
    monkeypatch.setattr(stack.supervisor, "output", Output(tmp_path, terminal))

    print_addresses(stack)
    stack.supervisor.output.drain()

    lines = terminal.getvalue().splitlines()
    assert any(all(value in line for value in person.values()) for line in lines)
    assert any(line.endswith(str(stack.path)) for line in lines)


def test_a_process_gets_the_brokers_url_of_its_own_user_only(stack: Stack) -> None:
    environments = json.loads((stack.directory / "environment.json").read_text("utf-8"))
    urls = {user: stack.rabbit.url_of(user) for user in BROKER_USERS}

    assert set(environments) == set(SERVICES)
    for service, environment in environments.items():
        assert [user for user, url in urls.items() if url in environment.values()] == [service]
    relay = stack._environment_of("relay")
    assert {user for user, url in urls.items() if url in relay.values()} == set(SERVICES)
    assert not set(urls.values()) & set(stack._environment_of("stripe").values())


def test_a_process_gets_the_keys_of_its_own_messages_only(stack: Stack) -> None:
    environments = json.loads((stack.directory / "environment.json").read_text("utf-8"))
    masters = [stack.config.message_master_key]

    for service, environment in environments.items():
        assert environment["MESSAGE_KEYS"] == keys_of(service, masters)
    relay = stack._environment_of("relay")
    assert {name: value for name, value in relay.items() if "MESSAGE" in name} == {
        f"{owner.upper()}_RELAY_MESSAGE_KEYS": relay_keys(owner, masters) for owner in SERVICES
    }
    assert stack.stack_json["message_keys"] == keys_of("operator", masters)
    for name in (*SERVICES, "relay", "gateway", "stripe"):
        assert stack.config.message_master_key not in str(stack._environment_of(name))


def test_the_brokers_directory_is_closed_to_other_users(stack: Stack) -> None:
    directory = stack.directory / "rabbit"
    files = [path for path in directory.rglob("*") if path.is_file()]

    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {path.name for path in files} >= {".erlang.cookie", "rabbitmq.conf", "secrets.json"}
    assert [path.name for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_a_second_stack_in_the_same_directory_is_refused(stack: Stack) -> None:
    with pytest.raises(
        RuntimeError,
        match=rf"already runs in {stack.directory}, at http://127.0.0.1:\d+ \(pid {os.getpid()}\). End it with",
    ):
        Stack.start(stack.directory, commands=SYSTEM)

    assert stack.postgres.alive()


def test_a_program_that_keeps_failing_is_reported_and_nothing_stays(stack: Stack) -> None:
    broken = Commands(
        stand_ins={"stripe": (sys.executable, "-c", "raise SystemExit('no such key')")},
        migrate=(), service=(*FAKE, "service"), queues=(), relay=(), gateway=(*FAKE, "gateway"), seed=(),
    )  # fmt: skip
    with (
        temporary_run() as run,
        given(stack),
        pytest.raises(RuntimeError, match=r"(?s)stripe keeps ending.*no such key"),
    ):
        Stack.start(run, commands=broken)

    assert stack.postgres.alive()


def test_the_walk_decides_the_exit_code_and_everything_ends(stack: Stack) -> None:
    with temporary_run() as run, given(stack) as env:
        done = subprocess.run(
            [sys.executable, "-c", UP, "--directory", str(run), "up", "--once"],
            env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

        assert done.returncode == 7, done.stdout + done.stderr
        assert "Everything that was started has ended." in done.stdout
        assert not any((run / "pids").iterdir())


def test_a_service_runs_in_a_terminal_instead_of_under_the_supervisor(stack: Stack) -> None:
    supervised = stack.supervisor.pid("rooms")
    run = ("run", "rooms")
    program = [sys.executable, "-c", UP, "--directory", str(stack.directory), *run]

    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True) as terminal:
        assert terminal.stdout
        lines = [terminal.stdout.readline() for _ in range(2)]
        assert not stack.supervisor.alive("rooms")
        os.killpg(terminal.pid, signal.SIGINT)

    assert lines == ["rooms runs here until Ctrl-C; then the stack runs it again.\n", "service has begun\n"]
    soon(lambda: stack.supervisor.alive("rooms"), seconds=20)
    assert stack.supervisor.pid("rooms") != supervised


def test_running_a_service_without_a_stack_says_what_to_do(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", UP, "--directory", str(tmp_path), "run", "rooms"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (run.returncode, run.stderr) == (1, f"No stack runs in {tmp_path}. Start one in another terminal: make up\n")
