"""Letting clients of the push provider in: guests to their booking's channel, staff to their hotel's."""

from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import Response

from chassis import codec
from chassis.refusal import Refusal
from contracts.notifier import SignChannel, SignUser
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.shapes.realtime import ChannelAuth, UserAuth

routes = Routes("realtime", audience=Audience.EITHER, under="/api/realtime")


_FIELDS = {
    "socket_id": {"type": "string", "maxLength": 200, "description": "The connection, as the push provider told it."},
    "channel_name": {"type": "string", "maxLength": 200, "description": "One of those told in `realtime`."},
}
_SHOWN = {"socket_id": "1234.5678", "channel_name": "as told in `realtime`"}


def _form(*names: str) -> dict[str, Any]:
    """A body with these fields, as a form or as JSON."""
    schema = {
        "type": "object",
        "required": list(names),
        "properties": {name: _FIELDS[name] for name in names},
        "examples": [{name: _SHOWN[name] for name in names}],
    }
    kinds = ("application/x-www-form-urlencoded", "application/json")
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema} for kind in kinds}}}


@routes.post(
    "/auth/",
    answers=ChannelAuth,
    keyed=False,
    refuses=("CHANNEL_FORBIDDEN", "INVALID_SOCKET_ID", "MISSING_FIELD"),
    extra=_form("socket_id", "channel_name"),
)
async def authorise_channel(call: Call) -> Response:
    """Sign a subscription, as the client library asks for it: a form or JSON."""
    given = await _given(call, "socket_id", "channel_name")
    signed = await call.ask(SignChannel(**given))
    if signed.channel_data is None:
        return call.answer({"auth": signed.auth})
    return call.answer(ChannelAuth(auth=signed.auth, channel_data=signed.channel_data))


@routes.post(
    "/user-auth/",
    answers=UserAuth,
    keyed=False,
    refuses=("INVALID_SOCKET_ID", "MISSING_FIELD"),
    extra=_form("socket_id"),
)
async def authorise_user(call: Call) -> Response:
    """Sign a client in, so that it is thrown out when its token ends."""
    given = await _given(call, "socket_id")
    signed = await call.ask(SignUser(**given))
    return call.answer(UserAuth(auth=signed.auth, user_data=signed.user_data or ""))


async def _given(call: Call, *names: str) -> dict[str, str]:
    raw = await call.raw()
    try:
        read = codec.decode(raw) if raw.lstrip()[:1] == b"{" else dict(parse_qsl(raw.decode()))
    except (ValueError, RecursionError) as problem:
        raise Refusal("MALFORMED_JSON", "The body is neither a form nor JSON.") from problem
    for name in names:
        if not isinstance(read.get(name), str) or not 0 < len(read[name]) <= 200 or "\x00" in read[name]:
            raise Refusal(
                "MISSING_FIELD", f"{name} is missing.", errors=[{"field": name, "message": "This field is required."}]
            )
    return {name: read[name] for name in names}
