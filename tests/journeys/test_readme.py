"""The commands in README do, as they are written, what README says.

The first block starts the demo in a new checkout: `tests/sandbox/test_first_command.py` executes it. The others are
executed here, in one shell, beside a running system.
"""

import os
import subprocess
from pathlib import Path

import pytest

from sandbox.demo.addresses import Addresses
from sandbox.stack.stack import Stack
from tests.documents import ROOT, command_blocks

START, *REST = command_blocks("README.md")
STATES = ["PENDING_PAYMENT", "PENDING_APPROVAL", "CONFIRMED", "IN_HOUSE", "COMPLETED", "READY_FOR_GUEST"]
MARK = "==== the next block"


@pytest.fixture(scope="module")
def checkout(stack: Stack, addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout whose `.run` is the running system's."""
    checkout = tmp_path_factory.mktemp("checkout")
    for entry in ROOT.iterdir():
        if entry.name not in {".run", ".git"}:
            (checkout / entry.name).symlink_to(entry)
    (checkout / ".run").symlink_to(stack.directory)
    return checkout


@pytest.fixture(scope="module")
def outputs(checkout: Path) -> list[str]:
    """What each block prints."""
    script = f"\necho '{MARK}'\n".join(REST)
    env = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    shell = ["bash", "-e", "-o", "pipefail", "-c", script]
    done = subprocess.run(shell, cwd=checkout, env=env, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split(f"{MARK}\n")


def test_the_first_block_is_the_first_command() -> None:
    assert START == "make demo\n"


def test_the_steps_lead_through_a_whole_stay(outputs: list[str]) -> None:
    lines = "".join(outputs).splitlines()

    assert [line for line in lines if line in STATES] == STATES


def test_the_payment_page_is_printed(outputs: list[str], stack: Stack) -> None:
    assert outputs[1].splitlines()[0].startswith(f"{stack.stack_json['stripe']['url']}/c/pay/cs_test_")


def test_the_commands_of_the_operator_answer(outputs: list[str]) -> None:
    behind, beyond = outputs[-2:]

    assert "booking_confirmed" in behind or "BookingConfirmed" in behind
    assert "bookings.log" in behind
    assert "me@my-hotel.example" in beyond
