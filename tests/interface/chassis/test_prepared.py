"""A forked process is as one that `subprocess` starts: with its own environment, signals and exit code."""

import os
import signal
import subprocess

import pytest

from tests.interface.chassis.prepared import GREEN, PLAIN, prepared_process

KINDS = pytest.mark.parametrize("kind", [GREEN, PLAIN])


@KINDS
def test_the_exit_code_of_a_forked_process_is_its_own(kind: str) -> None:
    prepared = prepared_process(kind)

    codes = [prepared.fork(["json.tool", *file], os.environ).wait(30) for file in ([], ["/nowhere"])]

    assert codes == [1, 2]  # nothing on standard input, and no such file


@KINDS
def test_a_forked_process_receives_signals_and_leaves_the_prepared_one_alone(kind: str) -> None:
    prepared = prepared_process(kind)
    first, second = (prepared.fork(["http.server", "--bind", "127.0.0.1", "0"], os.environ) for _ in range(2))
    with pytest.raises(subprocess.TimeoutExpired):
        first.wait(0.3)

    first.send_signal(signal.SIGTERM)
    ended = first.wait(30)

    assert (ended, second.poll()) == (-signal.SIGTERM, None)
    second.kill()
    assert second.wait(30) == -signal.SIGKILL


@KINDS
def test_a_forked_process_has_the_environment_that_it_is_given(kind: str) -> None:
    process = prepared_process(kind).fork(["chassis.messaging.relay", "bookings"], {"PATH": os.environ["PATH"]})

    assert process.wait(60) not in {0, -signal.SIGTERM}  # HOTELMATE_MODE and the databases are not set


@KINDS
def test_a_forked_process_writes_where_its_parent_writes_now(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Also where the prepared process was started while other files were the outputs."""
    prepared = prepared_process(kind)

    assert prepared.fork(["json.tool", "/nowhere"], os.environ).wait(30) == 2
    assert prepared.fork(["json.tool", "--help"], os.environ).wait(30) == 0

    written = capfd.readouterr()
    assert "No such file" in written.err
    assert "usage" in written.out
