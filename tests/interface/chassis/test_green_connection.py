"""The connection to the broker in a service, whose threads are green: the same tests, and interrupted publishers."""

import json
import subprocess
import sys

PROGRAM = """
import os, sys, warnings
os.environ["EVENTLET_NO_GREENDNS"] = "yes"
warnings.filterwarnings("ignore", message=r"\\nEventlet is deprecated")
import eventlet
eventlet.monkey_patch()
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""
PUBLISHERS = 20
TESTS = [
    f"tests/unit/chassis/test_{name}.py"
    for name in ("broker_connection", "broker_channel", "broker_tls", "connection_keeper")
]


def run_green(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a process whose threads are green."""
    options = ["-q", "-n0", "-p", "no:cacheprovider"]
    argv = [sys.executable, "-c", PROGRAM, *options, *arguments]
    return subprocess.run(argv, capture_output=True, text=True, timeout=100, check=False)


def test_the_connection_does_the_same_in_green_threads() -> None:
    done = run_green(*TESTS)

    assert done.returncode == 0, done.stdout


def test_a_publisher_that_is_interrupted_at_its_deadline_leaves_no_half_frame() -> None:
    argv = [sys.executable, "-W", "ignore", "-m", "tests.interface.chassis.green_publisher"]

    report = json.loads(subprocess.run(argv, capture_output=True, text=True, timeout=100, check=True).stdout)

    assert report["interrupted"] == PUBLISHERS
    assert report["published"] > PUBLISHERS
    assert report["whole"]
