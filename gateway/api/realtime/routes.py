"""Authorises clients at the push provider: guests for their booking's channel, staff for their hotel's channels."""

from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import Response

from chassis import codec
from chassis.refusal import Refusal
from contracts.notifier.channel_authorisation import SignChannel, SignUser
from gateway.api.realtime.responses import ChannelAuth, UserAuth
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience, invalid_token, parse_authorization

routes = Routes("realtime", audience=Audience.EITHER, under="/api/realtime")

_FIELDS = {
    "socket_id": {"type": "string", "maxLength": 200, "description": "The id of the client's connection."},
    "channel_name": {"type": "string", "maxLength": 200, "description": "A channel named in `realtime`."},
}
_EXAMPLES = {"socket_id": "1234.5678", "channel_name": "a channel that `realtime` names"}


def _form(*names: str) -> dict[str, Any]:
    """The OpenAPI description of a request body with these fields, sent as a form or as JSON."""
    schema = {
        "type": "object",
        "required": list(names),
        "properties": {name: _FIELDS[name] for name in names},
        "examples": [{name: _EXAMPLES[name] for name in names}],
    }
    kinds = ("application/x-www-form-urlencoded", "application/json")
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema} for kind in kinds}}}


@routes.post(
    "/auth/",
    response=ChannelAuth,
    idempotency_key=False,
    refuses=("CHANNEL_FORBIDDEN", "INVALID_SOCKET_ID", "MISSING_FIELD", "BOOKING_NOT_FOUND"),
    openapi=_form("socket_id", "channel_name"),
)
async def authorise_channel(request: ApiRequest) -> Response:
    """Authorise a channel subscription. The body is a form, as the client library sends it, or JSON."""
    names = await _fields(request, "socket_id", "channel_name")
    await _check_token_again(request)
    signed = await request.ask(SignChannel(**names, hotel=request.path_params.get("slug")))
    if signed.channel_data is None:
        return request.respond({"auth": signed.auth})
    return request.respond(ChannelAuth(auth=signed.auth, channel_data=signed.channel_data))


@routes.post(
    "/user-auth/",
    response=UserAuth,
    idempotency_key=False,
    refuses=("INVALID_SOCKET_ID", "MISSING_FIELD"),
    openapi=_form("socket_id"),
)
async def authorise_user(request: ApiRequest) -> Response:
    """Authenticate a push client. The push provider closes the client's connections when the token ends."""
    names = await _fields(request, "socket_id")
    await _check_token_again(request)
    signed = await request.ask(SignUser(**names))
    return request.respond(UserAuth(auth=signed.auth, user_data=signed.user_data or ""))


async def _check_token_again(request: ApiRequest) -> None:
    """Refuse `INVALID_TOKEN` for a token of staff that has just ended: what is signed outlasts the request."""
    if request.caller.kind == "staff":
        _, token = parse_authorization(request.authorization)
        if await request.app_state.accounts.ended([token]):
            raise invalid_token()


async def _fields(request: ApiRequest, *names: str) -> dict[str, str]:
    raw = await request.read_body()
    try:
        body = codec.decode(raw) if raw.lstrip()[:1] == b"{" else dict(parse_qsl(raw.decode()))
    except (ValueError, RecursionError) as problem:
        raise Refusal("MALFORMED_JSON", "The body is neither a form nor JSON.") from problem
    for name in names:
        if not isinstance(body.get(name), str) or not 0 < len(body[name]) <= 200 or "\x00" in body[name]:
            raise Refusal(
                "MISSING_FIELD", f"{name} is missing.", errors=[{"field": name, "message": "This field is required."}]
            )
    return {name: body[name] for name in names}
