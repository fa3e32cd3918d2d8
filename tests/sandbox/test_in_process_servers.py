"""A stand-in in a thread of the tests' process ends with its block, or the block ends with an error."""

import asyncio
import threading

import pytest

from sandbox import in_process
from sandbox.in_process import InProcessServer
from sandbox.server import ReadyCallback


class Deaf(InProcessServer[None]):
    """Does not stop when `stop` is called, but when the test lets it."""

    def __init__(self) -> None:
        super().__init__("deaf stand-in")
        self.may_end = threading.Event()

    async def serve(self, ready: ReadyCallback[None]) -> None:
        ready(None, lambda: None)
        await asyncio.to_thread(self.may_end.wait)


def test_a_stand_in_that_does_not_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_process, "END_SECONDS", 0.1)
    deaf = Deaf().launch()

    try:
        with pytest.raises(TimeoutError, match="the deaf stand-in did not end"):
            deaf.stop()
    finally:
        deaf.may_end.set()
