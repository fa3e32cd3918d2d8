"""The WebSocket door, `/app/{key}`: the handshake, then the conversation until somebody leaves."""

import asyncio
import contextlib
import json

from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.pusher.connection import Connection
from sandbox.pusher.errors import Code, Complaint
from sandbox.pusher.lines import abort_of
from sandbox.pusher.settings import PROTOCOLS
from sandbox.pusher.world import World


async def serve_socket(websocket: WebSocket) -> None:
    """One client, from its first byte to its last."""
    world: World = websocket.app.state.world
    if world.moods.refuses_connections and world.moods.refusal_code is None:
        await websocket.send_denial_response(PlainTextResponse("refused", status_code=503))
        return
    await websocket.accept()
    try:
        if refusal := _refusal(world, websocket):
            await _turn_away(websocket, refusal)
        else:
            await _converse(world, websocket)
    except WebSocketDisconnect:
        pass


def _refusal(world: World, websocket: WebSocket) -> Complaint | None:
    settings, moods = world.settings, world.moods
    key = websocket.path_params["key"]
    protocol = websocket.query_params.get("protocol")
    if key != settings.key:
        return Complaint(f"App key {key} not in this cluster", code=Code.UNKNOWN_APP)
    if moods.disabled:
        return Complaint("Application disabled", code=Code.APP_DISABLED)
    if protocol is None:
        return Complaint("No protocol version supplied", code=Code.NO_PROTOCOL)
    if not protocol.isdecimal() or int(protocol) not in PROTOCOLS:
        return Complaint("Unsupported protocol version", code=Code.UNSUPPORTED_PROTOCOL)
    if moods.refuses_connections:
        return Complaint("Connection refused", code=moods.refusal_code)
    if settings.max_connections is not None and len(world.hub) >= settings.max_connections:
        return Complaint("Application is over connection quota", code=Code.OVER_CONNECTION_LIMIT)
    return None


async def _turn_away(websocket: WebSocket, refusal: Complaint) -> None:
    body = {"code": refusal.code, "message": refusal.message}
    await websocket.send_text(json.dumps({"event": "pusher:error", "data": body}))
    await websocket.close(refusal.code or 1000, refusal.message)


async def _converse(world: World, websocket: WebSocket) -> None:
    connection = Connection(websocket, abort=abort_of(websocket.scope))
    world.hub.connect(connection)
    connection.send(
        "pusher:connection_established",
        {
            "socket_id": connection.socket_id,
            "activity_timeout": max(1, round(world.settings.activity_timeout)),
        },
    )
    writing = asyncio.create_task(connection.write(world.journal))
    try:
        await _listen(world, websocket, connection)
    finally:
        world.hub.disconnect(connection)
        writing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writing


async def _listen(world: World, websocket: WebSocket, connection: Connection) -> None:
    pinged = False
    while True:
        patience = world.settings.pong_timeout if pinged else world.settings.activity_timeout
        try:
            async with asyncio.timeout(patience):
                message = await websocket.receive()
        except TimeoutError:
            if pinged:
                connection.complain(Complaint("Pong reply not received", code=Code.NO_PONG, fatal=True))
                await _until_gone(websocket)
                return
            connection.send("pusher:ping", {})
            pinged = True
            continue
        if message["type"] == "websocket.disconnect":
            return
        pinged = False
        if (text := message.get("text")) is None:
            connection.complain(Complaint("Binary frames are not supported"))
        else:
            world.messages.handle(connection, text)


async def _until_gone(websocket: WebSocket) -> None:
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
