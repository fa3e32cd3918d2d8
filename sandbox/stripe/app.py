"""The application: the API, the hosted page and the control on one port, and what runs beside."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from sandbox.stripe import api, control, page
from sandbox.stripe.desk import Desk
from sandbox.stripe.errors import Refusal
from sandbox.stripe.world import ContractBrokenError, new_id

_TICK = 0.1
_log = logging.getLogger(__name__)


def build(desk: Desk, *, ready: Callable[[], None] = lambda: None) -> FastAPI:
    """The ASGI application of one stand-in; `ready` is called once it is about to serve."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        beside = [asyncio.create_task(desk.courier.run()), asyncio.create_task(_tick(desk))]
        ready()
        try:
            yield
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    app = FastAPI(
        title="Stripe stand-in",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/_control/openapi.json",
    )
    app.include_router(control.router(desk))
    app.include_router(page.router(desk))
    app.add_exception_handler(Refusal, _refused)

    @app.api_route("/v1/{path:path}", methods=["GET", "POST", "DELETE"], include_in_schema=False)
    async def answer(request: Request) -> Response:
        return await api.serve(desk, request)

    return app


async def _tick(desk: Desk) -> None:
    """Let deadlines pass even when nobody asks for anything."""
    while True:
        try:
            desk.world.clock.run_due()
        except (Refusal, ContractBrokenError):
            _log.exception("a deadline failed")
        await asyncio.sleep(_TICK)


async def _refused(_: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    return JSONResponse(refusal.body(new_id("req")), refusal.status)
