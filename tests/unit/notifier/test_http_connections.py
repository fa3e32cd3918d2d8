"""The connections to the push provider: they stay open, and no call is made twice."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from chassis.refusal import RetryLater
from services.notifier.domain.jobs import PushMessage
from services.notifier.pusher_gateway import PusherGateway
from services.notifier.settings import NotifierSettings

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class CountingProvider:
    """Answers each call, or closes the connection instead; counts both connections and calls."""

    def __init__(self) -> None:
        self.connections = self.calls = 0
        self.answers = True
        self.closes = False  # after an answer
        self.closed = threading.Event()
        self.targets: list[bytes] = []
        self.logins: list[bytes] = []
        self._listener = self._listening()
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _listening(self) -> socket.socket:
        return socket.create_server(("127.0.0.1", 0))

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection, connection.makefile("rb") as calls:
                while self._answer(connection, calls):
                    pass
            self.closed.set()

    def _answer(self, connection: socket.socket, calls: Any) -> bool:
        lines = list(iter(calls.readline, b"\r\n")) if calls.peek(1) else []
        length = next((line for line in lines if line.lower().startswith(b"content-length:")), b":0")
        calls.read(int(length.partition(b":")[2]))
        self.calls += bool(lines)
        self.targets += [line.split()[1] for line in lines[:1]]
        self.logins += [line.split()[-1] for line in lines if line.lower().startswith(b"proxy-authorization:")]
        if not (lines and self.answers):
            return False
        connection.sendall(ANSWER)
        return not self.closes


@pytest.fixture
def provider() -> Iterator[CountingProvider]:
    provider = CountingProvider()
    yield provider
    provider.close()


def gateway(port: int, *, tls: bool = False) -> PusherGateway:
    settings = NotifierSettings.model_construct(
        pusher_app_id="1", pusher_key="key", pusher_secret="secret", pusher_host="127.0.0.1", pusher_port=port,
        pusher_ssl=tls, pusher_cluster="mt1",
    )  # fmt: skip
    return PusherGateway(settings)


MESSAGE = PushMessage("private-hotel-x", "booking_created", {"event_id": "1"})


def test_calls_share_a_connection(provider: CountingProvider) -> None:
    push = gateway(provider.port)

    for _ in range(3):
        push.send([MESSAGE])

    assert (provider.calls, provider.connections) == (3, 1)


def test_a_call_whose_connection_ends_without_an_answer_is_not_made_again(provider: CountingProvider) -> None:
    push = gateway(provider.port)
    push.send([MESSAGE])
    provider.answers = False

    with pytest.raises(RetryLater, match="PUSH_UNREACHABLE"):
        push.send([MESSAGE])

    assert provider.calls == 2


def test_a_connection_that_the_provider_has_closed_meanwhile_is_not_used(provider: CountingProvider) -> None:
    push = gateway(provider.port)
    provider.closes = True
    push.send([MESSAGE])
    assert provider.closed.wait(10)

    push.send([MESSAGE])

    assert (provider.calls, provider.connections) == (2, 2)


def test_a_proxy_is_given_the_login_of_its_url(monkeypatch: pytest.MonkeyPatch, provider: CountingProvider) -> None:
    monkeypatch.setenv("http_proxy", f"http://user:w%6Frd@127.0.0.1:{provider.port}")
    monkeypatch.setenv("no_proxy", "")

    gateway(80).send([MESSAGE])

    assert provider.logins == [b"dXNlcjp3b3Jk"]


@pytest.mark.parametrize("proxy", ["https://127.0.0.1:8443", "127.0.0.1:3128", "http://", "http://127.0.0.1:x"])
def test_a_proxy_that_cannot_be_used_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.setenv("no_proxy", "")

    with pytest.raises(ValueError, match=r"proxy|[Pp]ort"):
        gateway(80)


def test_calls_with_tls_are_tunnelled_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch, provider: CountingProvider
) -> None:
    monkeypatch.setenv("https_proxy", f"http://user:word@127.0.0.1:{provider.port}")
    monkeypatch.setenv("no_proxy", "")
    provider.answers = False

    with pytest.raises(RetryLater, match="PUSH_UNREACHABLE"):
        gateway(443, tls=True).send([MESSAGE])

    assert (provider.targets, provider.logins) == ([b"127.0.0.1:443"], [b"dXNlcjp3b3Jk"])


@pytest.mark.parametrize(("excepted", "target"), [("", b"http://127.0.0.1:80/apps/1/"), ("127.0.0.1", b"/apps/1/")])
def test_a_proxy_is_given_the_whole_url_and_the_provider_its_path(
    monkeypatch: pytest.MonkeyPatch, provider: CountingProvider, excepted: str, target: bytes
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{provider.port}")
    monkeypatch.setenv("no_proxy", excepted)

    gateway(provider.port if excepted else 80).send([MESSAGE])

    assert provider.targets[-1].startswith(target)
