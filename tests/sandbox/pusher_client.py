"""A WebSocket client of the Pusher stand-in."""

import json
from typing import Any, Self

import pusher
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from sandbox.pusher.stand_in import PusherStandIn

PATIENCE = 5.0


class Client:
    """A socket that says and hears frames."""

    def __init__(self, url: str) -> None:
        self._connecting = connect(url, proxy=None)
        self._socket = self._connecting.__enter__()
        self.hello = self.hear()
        self.socket_id: str = json.loads(self.hello["data"]).get("socket_id", "")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connecting.__exit__(None, None, None)

    def say(self, event: str, data: object, **fields: object) -> None:
        self.say_text(json.dumps({"event": event, "data": data} | fields))

    def say_text(self, text: str) -> None:
        self._socket.send(text)

    def hear(self) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(self._socket.recv(timeout=PATIENCE))
        return frame

    def hear_until_pong(self) -> list[dict[str, Any]]:
        """Everything that came before the answer to a ping: all that was ever going to come."""
        self.say("pusher:ping", {})
        frames = []
        while (frame := self.hear())["event"] != "pusher:pong":
            frames.append(frame)
        return frames

    def subscribe(self, channel: str, **auth: str) -> dict[str, Any]:
        self.say("pusher:subscribe", {"channel": channel} | auth)
        return self.hear()

    def close_code(self) -> int:
        """The close code of the other side, after any frames."""
        try:
            while True:
                self.hear()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


def join(client: Client, library: pusher.Pusher, channel: str, user_id: str) -> dict[str, Any]:
    who = {"user_id": user_id, "user_info": {"name": user_id.title()}}
    return client.subscribe(channel, **library.authenticate(channel, client.socket_id, who))


def library_of(stand_in: PusherStandIn, **options: Any) -> pusher.Pusher:
    """Pusher's own library for the stand-in's app. `options` replace or add arguments of the library."""
    app = stand_in.settings
    address = {"ssl": False, "host": stand_in.host, "port": stand_in.port}
    return pusher.Pusher(**({"app_id": app.app_id, "key": app.key, "secret": app.secret} | address | options))
