"""The webhook sender ends when its task is cancelled, whatever happens at that moment."""

import asyncio

import pytest

from sandbox.stripe.webhook_sender import WebhookSender
from sandbox.stripe.webhook_settings import WebhookSettings


async def is_cancelled(rounds: int) -> bool:
    """Whether a sender ends that is woken while it waits for a delivery's time, and cancelled some rounds later."""
    sender, settings = WebhookSender(), WebhookSettings(url="http://127.0.0.1:9/", delay=60)
    sender.change(settings)
    sender.send({"id": "evt_1", "type": "charge.captured"})
    task = asyncio.create_task(sender.run())
    await asyncio.sleep(0.05)
    sender.change(settings)
    for _ in range(rounds):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task], timeout=1)
    return task.done()


@pytest.mark.parametrize("rounds", range(4))
def test_a_sender_that_is_woken_and_cancelled_at_once_ends(rounds: int) -> None:
    assert asyncio.run(is_cancelled(rounds))
