"""The HTTP server: pages for people, JSON for tests, and faults on demand."""

import json
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from sandbox.mailbox import page
from sandbox.mailbox.faults import MailFault, MailFaults
from sandbox.mailbox.store import MailFilter, MailStore

LONGEST_WAIT_SECONDS = 60.0


def make_app(mails: MailStore, faults: MailFaults) -> Starlette:
    """The application over one mailbox."""
    app = Starlette(
        routes=[
            Route("/", show_list),
            Route("/mails/{id:int}", show_mail),
            Route("/messages", find, methods=["GET"]),
            Route("/messages", clear, methods=["DELETE"]),
            Route("/messages/{id:int}", get),
            Route("/wait", wait),
            Route("/_control/faults", list_faults),
            Route("/_control/faults", add_fault, methods=["POST"]),
            Route("/_control/faults", clear_faults, methods=["DELETE"]),
        ]
    )
    app.state.mails = mails
    app.state.faults = faults
    return app


async def show_list(request: Request) -> HTMLResponse:
    """The list page: `?to=&subject=`."""
    query = _query(request)
    html = page.list_page(_mails(request).find(query), to=query.to or "", subject=query.subject or "")
    return HTMLResponse(html, headers={"Content-Security-Policy": page.POLICY})


async def show_mail(request: Request) -> HTMLResponse:
    """One mail's page."""
    mail = _mails(request).get(request.path_params["id"])
    return HTMLResponse(
        page.mail_page(mail) if mail else page.missing_page(),
        status_code=200 if mail else 404,
        headers={"Content-Security-Policy": page.POLICY},
    )


async def find(request: Request) -> JSONResponse:
    """Mails, oldest first: `?to=&subject=&after=`."""
    return JSONResponse(_mails(request).find(_query(request)))


async def get(request: Request) -> JSONResponse:
    """One mail."""
    if (mail := _mails(request).get(request.path_params["id"])) is None:
        raise HTTPException(404, "no such mail")
    return JSONResponse(mail)


async def clear(request: Request) -> JSONResponse:
    """Delete all mails."""
    _mails(request).clear()
    return JSONResponse([])


async def wait(request: Request) -> JSONResponse:
    """Wait for `count` mails, at most `timeout` seconds: `?to=&subject=&after=&timeout=&count=`; returns the mails."""
    timeout = min(_number(request, "timeout", default=10.0), LONGEST_WAIT_SECONDS)
    count = int(_number(request, "count", default=1))
    return JSONResponse(await _mails(request).wait(_query(request), count=count, timeout=timeout))


async def list_faults(request: Request) -> JSONResponse:
    """The remaining faults."""
    return JSONResponse(_faults(request).as_json())


async def add_fault(request: Request) -> JSONResponse:
    """Add a fault: `{mode, times, code, seconds}`."""
    try:
        body = json.loads(await request.body())
        if not isinstance(body, dict):
            raise ValueError("the body must be an object")
        _faults(request).add(MailFault.parse(body))
    except ValueError as error:
        raise HTTPException(400, f"no such fault: {error}") from None
    return JSONResponse(_faults(request).as_json())


async def clear_faults(request: Request) -> JSONResponse:
    """Remove every fault."""
    _faults(request).clear()
    return JSONResponse([])


def _mails(request: Request) -> MailStore:
    mails: MailStore = _state(request).mails
    return mails


def _faults(request: Request) -> MailFaults:
    faults: MailFaults = _state(request).faults
    return faults


def _state(request: Request) -> Any:
    return request.app.state


def _query(request: Request) -> MailFilter:
    return MailFilter(
        to=request.query_params.get("to"),
        subject=request.query_params.get("subject"),
        after=int(_number(request, "after", default=0)),
    )


def _number(request: Request, name: str, *, default: float) -> float:
    try:
        return float(request.query_params.get(name) or default)
    except ValueError:
        raise HTTPException(400, f"{name} must be a number") from None
