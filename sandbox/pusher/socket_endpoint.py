"""The WebSocket endpoint, `/app/{key}`: the handshake, then messages until either side disconnects."""

import asyncio
import contextlib
import json

from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.pusher.app_state import PusherAppState
from sandbox.pusher.connection import ClientConnection
from sandbox.pusher.errors import ErrorCode, ProtocolError
from sandbox.pusher.protocols import abort_of
from sandbox.pusher.settings import PROTOCOLS


async def serve_socket(websocket: WebSocket) -> None:
    """Serve one client until it disconnects."""
    state: PusherAppState = websocket.app.state.pusher
    if state.outage.refuses_connections and state.outage.refusal_code is None:
        await websocket.send_denial_response(PlainTextResponse("refused", status_code=503))
        return
    await websocket.accept()
    try:
        if refusal := _refusal(state, websocket):
            await _refuse(websocket, refusal)
        else:
            await _serve(state, websocket)
    except WebSocketDisconnect:
        pass


def _refusal(state: PusherAppState, websocket: WebSocket) -> ProtocolError | None:
    settings, outage = state.settings, state.outage
    key = websocket.path_params["key"]
    protocol = websocket.query_params.get("protocol")
    if key != settings.key:
        return ProtocolError(f"App key {key} not in this cluster", code=ErrorCode.UNKNOWN_APP)
    if outage.disabled:
        return ProtocolError("Application disabled", code=ErrorCode.APP_DISABLED)
    if protocol is None:
        return ProtocolError("No protocol version supplied", code=ErrorCode.NO_PROTOCOL)
    if not protocol.isdecimal() or int(protocol) not in PROTOCOLS:
        return ProtocolError("Unsupported protocol version", code=ErrorCode.UNSUPPORTED_PROTOCOL)
    if outage.refuses_connections:
        return ProtocolError("Connection refused", code=outage.refusal_code)
    if settings.max_connections is not None and len(state.channels) >= settings.max_connections:
        return ProtocolError("Application is over connection quota", code=ErrorCode.OVER_CONNECTION_LIMIT)
    return None


async def _refuse(websocket: WebSocket, refusal: ProtocolError) -> None:
    body = {"code": refusal.code, "message": refusal.message}
    await websocket.send_text(json.dumps({"event": "pusher:error", "data": body}))
    await websocket.close(refusal.code or 1000, refusal.message)


async def _serve(state: PusherAppState, websocket: WebSocket) -> None:
    connection = ClientConnection(websocket, abort=abort_of(websocket.scope))
    state.channels.connect(connection)
    connection.send(
        "pusher:connection_established",
        {
            "socket_id": connection.socket_id,
            "activity_timeout": max(1, round(state.settings.activity_timeout)),
        },
    )
    writing = asyncio.create_task(connection.write(state.event_log))
    try:
        await _receive_messages(state, websocket, connection)
    finally:
        state.channels.disconnect(connection)
        writing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writing


async def _receive_messages(state: PusherAppState, websocket: WebSocket, connection: ClientConnection) -> None:
    pinged = False
    while True:
        timeout = state.settings.pong_timeout if pinged else state.settings.activity_timeout
        try:
            async with asyncio.timeout(timeout):
                message = await websocket.receive()
        except TimeoutError:
            if pinged:
                connection.send_error(ProtocolError("Pong reply not received", code=ErrorCode.NO_PONG, fatal=True))
                await _wait_for_disconnect(websocket)
                return
            connection.send("pusher:ping", {})
            pinged = True
            continue
        if message["type"] == "websocket.disconnect":
            return
        pinged = False
        if (text := message.get("text")) is None:
            connection.send_error(ProtocolError("Binary frames are not supported"))
        else:
            state.messages.handle(connection, text)


async def _wait_for_disconnect(websocket: WebSocket) -> None:
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
