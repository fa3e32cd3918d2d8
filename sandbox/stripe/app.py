"""The application: the API, the hosted page and the control API on one port, with their background tasks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from sandbox.records import NotStored
from sandbox.stripe import api, control, page
from sandbox.stripe.app_state import StripeAppState
from sandbox.stripe.commit import CommitBeforeAnswer
from sandbox.stripe.errors import ApiError
from sandbox.stripe.store import ContractBrokenError, new_id

_TICK = 0.1
_log = logging.getLogger(__name__)


def build(state: StripeAppState, *, ready: Callable[[], None] = lambda: None) -> FastAPI:
    """The ASGI application of one stand-in; `ready` is called at startup."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(state.webhooks.run()), asyncio.create_task(_tick(state))]
        ready()
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with suppress(NotStored):
                state.commit()

    app = FastAPI(
        title="Stripe stand-in",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/_control/openapi.json",
    )
    app.include_router(control.router(state))
    app.include_router(page.router(state))
    app.add_exception_handler(ApiError, _refused)
    app.add_middleware(CommitBeforeAnswer, state=state)

    @app.api_route("/v1/{path:path}", methods=["GET", "POST", "DELETE"], include_in_schema=False)
    async def answer(request: Request) -> Response:
        return await api.serve(state, request)

    return app


async def _tick(state: StripeAppState) -> None:
    """Run due deadlines periodically, also while no request arrives."""
    while True:
        try:
            state.store.clock.run_due()
            with suppress(NotStored):  # a later commit stores the changes
                state.commit()
        except (ApiError, ContractBrokenError):
            _log.exception("a deadline failed")
        await asyncio.sleep(_TICK)


async def _refused(_: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, ApiError)
    return JSONResponse(refusal.body(new_id("req")), refusal.status)
