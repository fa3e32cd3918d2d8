"""Every process refuses to start in production with weak settings, in plain sentences without the secret."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from contracts.catalogue import OWNERS

ROOT = Path(__file__).resolve().parents[2]
PLANTED = "pl4nted"
WEAK_BUS = {"AMQP_URL": f"amqp://hotel:{PLANTED}@127.0.0.1:1/"}
WEAK_DATABASES = {
    f"{name.upper()}{role}_DATABASE_URL": f"postgresql://hotel:{PLANTED}@127.0.0.1:1/none"
    for name in (*OWNERS, "gateway")
    for role in ("", "_OWNER", "_RELAY")
}
KEYS = "MESSAGE_KEYS is not set."
RELAY_KEYS = tuple(f"{name}_RELAY_MESSAGE_KEYS is not set." for name in ("BOOKINGS", "ROOMS"))
BUS = "AMQP_URL has a password that has fewer than 16 characters."


def of(*names: str, role: str = "") -> tuple[str, ...]:
    return tuple(
        f"{name.upper()}{role}_DATABASE_URL has a password that has fewer than 16 characters." for name in names
    )


PROGRAMS = (
    *((("-m", "chassis.hosting.run", name), (BUS, KEYS, *of(name))) for name in OWNERS),
    (
        ("-m", "chassis.messaging.relay", "bookings", "rooms"),
        (BUS, *of("bookings", "rooms", role="_RELAY"), *RELAY_KEYS),
    ),
    (
        ("-m", "gateway"),
        (BUS, KEYS, *of("gateway"), "GATEWAY_ADDRESS_KEY is not set.", "GATEWAY_METRICS_TOKEN is not set."),
    ),
    (("-m", "chassis.transactions.migrate", "rooms", "gateway"), of("rooms", "gateway", role="_OWNER")),
    (("-m", "services.rooms.examine"), of("rooms")),
    (("-m", "hotelmate", "outbox"), (BUS, *of("rooms", "gateway"))),
    (("-m", "hotelmate", "staff", "list"), (BUS, *of("rooms", "gateway"))),
)


def start(arguments: Sequence[str], directory: Path, **more: str) -> tuple[int, str]:
    inherited: Mapping[str, str] = {name: value for name, value in os.environ.items() if name != "HOTELMATE_MODE"}
    environment = {**inherited, "PYTHONPATH": str(ROOT), **WEAK_BUS, **WEAK_DATABASES, **more}
    process = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return process.returncode, process.stdout


@pytest.mark.parametrize(("arguments", "sentences"), PROGRAMS, ids=lambda each: " ".join(each)[:40])
def test_a_process_with_weak_settings_does_not_start(
    arguments: tuple[str, ...], sentences: tuple[str, ...], tmp_path: Path
) -> None:
    code, output = start(arguments, tmp_path)

    assert code == 1
    assert [sentence for sentence in sentences if sentence not in output] == []
    assert "The settings are refused" in output
    assert PLANTED not in output
    assert "Traceback" not in output


def test_in_a_demo_the_same_settings_start_and_meet_the_network(tmp_path: Path) -> None:
    _, output = start(("-m", "hotelmate", "outbox"), tmp_path, HOTELMATE_MODE="demo")
    _, migrating = start(("-m", "chassis.transactions.migrate", "rooms"), tmp_path, HOTELMATE_MODE="demo")

    assert "refused:" not in output + migrating
    assert "Connection refused" in migrating or "connection" in migrating.lower()
