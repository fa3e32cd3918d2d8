"""Stores what a request has changed before its answer leaves."""

from __future__ import annotations

from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.records import NotStored
from sandbox.stripe.app_state import StripeAppState
from sandbox.stripe.errors import server_error
from sandbox.stripe.store import new_id


class CommitBeforeAnswer:
    """Middleware around every endpoint; answers 500 where the disk takes no more."""

    def __init__(self, app: ASGIApp, *, state: StripeAppState) -> None:
        self._app, self._state = app, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_committed(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._state.commit()
            await send(message)

        try:
            await self._app(scope, receive, send_committed)
        except NotStored as error:
            failure = server_error(500, f"The stand-in cannot store its state: {error}.")
            await JSONResponse(failure.body(new_id("req")), failure.status)(scope, receive, send)
