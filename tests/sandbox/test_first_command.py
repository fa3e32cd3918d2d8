"""The first command, `make demo` in a new checkout, works in every place and for every user. Takes minutes."""

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documents import command_blocks
from tests.sandbox.checkouts import EVERYWHERE, OPEN, Checkout, Where, checkout_in
from tests.sandbox.usual_servers import has_queue, running, usual_servers

FIRST_COMMAND = command_blocks("README.md")[0]
pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

UP = "Ctrl-C ends everything"
UP_WITHIN = 300.0


@pytest.fixture(scope="module")
def downloads() -> Iterator[Path]:
    """The folder of uv's downloads, shared by the checkouts."""
    directory = Path(tempfile.mkdtemp(prefix="hotelmate-downloads-"))
    directory.chmod(OPEN)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.mark.parametrize("where", EVERYWHERE, ids=lambda where: where.name)
def test_the_demo_runs_and_is_ended_and_removed(where: Where, downloads: Path) -> None:
    with checkout_in(where) as checkout:
        walk_from_setup_to_clean(checkout, downloads)


def test_the_demo_leaves_servers_on_the_usual_ports_alone(downloads: Path) -> None:
    where = Where(name="user, servers on the usual ports")
    with usual_servers() as usual, running(usual.postgres, usual.rabbit), checkout_in(where) as checkout:
        before = usual.databases()

        walk_from_setup_to_clean(checkout, downloads)

        assert usual.databases() == before
        assert not has_queue(usual.rabbit.amqp_url, "bookings.inbox.0")


def walk_from_setup_to_clean(checkout: Checkout, downloads: Path) -> None:
    checkout.add_tracked_files()
    checkout.share_downloads(downloads)
    try:
        with checkout.started(["sh", "-c", FIRST_COMMAND]) as demo:
            output = read_until_up(demo)
            assert UP in output, output[-3000:]
            assert "steps were as expected" in output

            down = checkout.run(["make", "down"])

            assert "The stack has ended." in down.stdout
            assert demo.wait(timeout=60) == 0
    finally:
        home = (checkout.path / ".run" / "postgres" / "home").resolve()
        cleaned = checkout.run(["make", "clean"])
    assert cleaned.returncode == 0, cleaned.stdout
    assert not (checkout.path / ".run").exists()
    assert not home.exists()


def read_until_up(demo: "subprocess.Popen[str]") -> str:
    """The output until the stack is up, the process ends, or the time is over."""
    late = threading.Timer(UP_WITHIN, demo.terminate)
    late.start()
    output = ""
    assert demo.stdout
    for line in demo.stdout:
        output += line
        if UP in line:
            break
    late.cancel()
    return output
