"""The stack with small programs, for the tests of the stack itself."""

from collections.abc import Iterator

import pytest

from sandbox.stack.run_directory import temporary_run
from sandbox.stack.stack import Stack
from tests.sandbox.small_system import SYSTEM


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with temporary_run() as run, Stack.start(run, env={"EXTRA": "told"}, commands=SYSTEM) as started:
        yield started
