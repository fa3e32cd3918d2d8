"""Signed webhooks: channel events, posted to one URL in order."""

import asyncio
import json
import logging
import time
from typing import Any

import httpx

from sandbox.pusher.settings import PusherAppSettings
from sandbox.pusher.signing import sign

_log = logging.getLogger(__name__)
RETRY_AFTER_SECONDS = (0.1, 0.5, 2.0)


class WebhookQueue:
    """A queue of webhook events; events queued together are posted in one request."""

    def __init__(self, settings: PusherAppSettings) -> None:
        self._settings = settings
        self._queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def enqueue(self, name: str, channel: str, **fields: object) -> None:
        """Queue an event, e.g. `channel_occupied` or `member_added` with its `user_id`."""
        if self._settings.webhook_url:
            self._queue.put_nowait({"name": name, "channel": channel} | fields)

    async def run(self) -> None:
        """Post queued events until cancelled."""
        if not (url := self._settings.webhook_url):
            return
        async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
            while True:
                events = [await self._queue.get()]
                while not self._queue.empty():
                    events.append(self._queue.get_nowait())
                await self._post(http, url, events)

    async def _post(self, http: httpx.AsyncClient, url: str, events: list[dict[str, Any]]) -> None:
        body = json.dumps({"time_ms": int(time.time() * 1000), "events": events})
        headers = {
            "Content-Type": "application/json",
            "X-Pusher-Key": self._settings.key,
            "X-Pusher-Signature": sign(self._settings.secret, body),
        }
        for pause in (*RETRY_AFTER_SECONDS, None):
            try:
                if (await http.post(url, content=body, headers=headers)).is_success:
                    return
            except httpx.HTTPError as error:
                _log.warning("webhook not delivered: %r", error)
            if pause is not None:
                await asyncio.sleep(pause)
        _log.warning("webhook given up: %s", body)
