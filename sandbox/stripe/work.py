"""The way of a request: key, route, contract, idempotency, faults, work, contract again."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass

from sandbox.stripe.auth import check_key
from sandbox.stripe.contract import read_params
from sandbox.stripe.desk import Desk
from sandbox.stripe.errors import Refusal, api_error
from sandbox.stripe.expand import check_paths, expanded
from sandbox.stripe.faults import FaultSpec
from sandbox.stripe.forms import Form, parse_form
from sandbox.stripe.idempotency import Answer
from sandbox.stripe.routes import Route, find_route
from sandbox.stripe.world import Call, Cause, ContractBrokenError, Json

_log = logging.getLogger(__name__)


class Dropped(Exception):
    """The connection is to be cut without an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a client asked, before anything is believed."""

    method: str
    path: str
    encoded: str
    authorization: str | None
    version: str | None
    cause: Cause


async def answer(desk: Desk, asked: Asked, entry: Json) -> Answer:
    """The answer to a request; the faults it drew are noted in its log `entry`.

    Raises Refusal for what is refused before any work (no answer is kept under the idempotency
    key) and Dropped.
    """
    check_key(asked.authorization, desk.config.api_key)
    route, named = find_route(asked.method, asked.path)
    form = parse_form(asked.encoded)
    params = read_params(form, route.params, older=None if asked.version else route.older)
    check_paths(params.get("expand", []))
    desk.world.clock.run_due()
    keys, key = desk.keys, asked.cause.idempotency_key
    stored = _stored(desk, asked, form)
    taken = desk.faults.take(asked.method, asked.path, body=asked.encoded, replaying=stored is not None)
    entry["faults"] = sorted(taken.specs)
    call = Call(desk.world, params, named, asked.cause, desk.config.public_url, taken)
    early, late = taken.specs.get("fail_before"), taken.specs.get("fail_after")
    keep: Answer | None = None
    try:
        await asyncio.sleep(taken.delay("before"))
        if early:
            failure = _failure(early, asked.cause)
            keep = failure if early.store == "fault" else None
            return _sent(failure, early)
        true = stored or _worked(route, call)
        keep = _kept(true, late, asked.cause)
        await asyncio.sleep(taken.delay("after"))
        return _sent(_failure(late, asked.cause), late) if late else true
    finally:
        if key and stored is None:
            keys.finish(key, keep)


def refused(refusal: Refusal, cause: Cause, *, should_retry: bool | None = False) -> Answer:
    """A refusal as an answer. A conflict may be retried, any other refusal will be repeated."""
    request_id = cause.request_id or ""
    body = json.dumps(refusal.body(request_id)).encode()
    return Answer(refusal.status, body, request_id, refusal.status == 409 or should_retry)


def _stored(desk: Desk, asked: Asked, form: Form) -> Answer | None:
    key = asked.cause.idempotency_key
    if key is None:
        return None
    canonical = json.dumps(form, sort_keys=True)
    return desk.keys.begin(key, path=asked.path, form=canonical, now=desk.world.clock.now())


def _worked(route: Route, call: Call) -> Answer:
    try:
        result = expanded(call.world, route.handler(call), call.params.get("expand", []))
        call.world.check(result, f"{route.method} {route.path}")
    except Refusal as refusal:
        return refused(refusal, call.cause)
    except ContractBrokenError as broken:
        _log.error("an answer broke the contract: %s", broken)
        return refused(api_error(500, f"The stand-in broke the contract: {broken}"), call.cause)
    return Answer(200, json.dumps(result).encode(), call.cause.request_id or "")


def _kept(true: Answer, late: FaultSpec | None, cause: Cause) -> Answer | None:
    if late is None or late.store == "answer":
        return true
    return _failure(late, cause) if late.store == "fault" else None


def _failure(spec: FaultSpec, cause: Cause) -> Answer:
    """The 5xx a fault answers: worth a retry only if the key does not keep it."""
    advice = spec.store != "fault" if spec.should_retry is None else spec.should_retry
    return refused(spec.failure(), cause, should_retry=advice)


def _sent(given: Answer, spec: FaultSpec) -> Answer:
    if spec.drop:
        raise Dropped
    return given
