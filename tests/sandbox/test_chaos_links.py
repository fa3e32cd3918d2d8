"""A link to a server becomes slow, silent or unreachable, for connections that exist and for new ones, and heals."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from sandbox.chaos.links import Link, Links


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that sends back what it receives."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while data := connection.recv(65536):
                connection.sendall(data)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield int(listener.getsockname()[1])
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture
def link(echo: int) -> Iterator[Link]:
    made = Link("rooms-1/broker", echo)
    yield made
    made.close()


def _connect(link: Link, timeout: float = 1.0) -> socket.socket:
    return socket.create_connection(("127.0.0.1", link.port), timeout=timeout)


def _seconds(client: socket.socket) -> float:
    """How long the server's echo takes. Raises TimeoutError after the connection's timeout."""
    began = time.monotonic()
    client.sendall(b"ping")
    assert client.recv(4) == b"ping"
    return time.monotonic() - began


def test_a_delay_holds_for_both_directions_and_for_new_connections(link: Link) -> None:
    with _connect(link) as client:
        assert _seconds(client) < 0.2
        link.delay(0.2)
        with _connect(link) as another:
            assert min(_seconds(client), _seconds(another)) >= 0.4
        link.heal()
        assert _seconds(client) < 0.2


def test_what_is_held_arrives_after_the_healing(link: Link) -> None:
    with _connect(link) as client:
        _seconds(client)
        link.hold()
        with _connect(link) as another:
            for each in (client, another):
                with pytest.raises(TimeoutError):
                    _seconds(each)
            link.heal()
            assert (client.recv(4), another.recv(4)) == (b"ping", b"ping")


def test_through_a_black_hole_nothing_is_opened_and_what_was_lost_is_sent_again(link: Link) -> None:
    with _connect(link, timeout=10) as client:
        _seconds(client)
        link.blackhole()
        client.settimeout(0.5)
        with pytest.raises(TimeoutError):
            _seconds(client)
        with pytest.raises(TimeoutError):
            _connect(link, timeout=0.5)
        link.heal()
        client.settimeout(10)
        assert client.recv(4) == b"ping"
        with _connect(link, timeout=10) as another:
            _seconds(another)


def test_a_reset_ends_what_exists_and_new_connections_are_passed_on(link: Link) -> None:
    with _connect(link) as client:
        _seconds(client)
        assert len(link.server_ports) == 1
        link.reset()
        with pytest.raises(ConnectionResetError):
            client.recv(4)
    with _connect(link) as another:
        _seconds(another)
        assert len(link.server_ports) == 1


def test_a_connection_that_is_held_can_be_reset(link: Link) -> None:
    with _connect(link) as client:
        _seconds(client)
        link.hold()
        client.sendall(b"lost")
        time.sleep(0.1)
        link.reset()
        with pytest.raises(ConnectionResetError):
            client.recv(4)


def test_a_server_that_is_away_is_noticed_and_the_link_goes_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = int(unused.getsockname()[1])
    link = Link("rooms-1/broker", port)
    for _ in range(2):
        with _connect(link) as client:
            assert client.recv(1) == b""
    with socket.create_server(("127.0.0.1", port)) as server, _connect(link) as client:
        client.sendall(b"ping")
        assert server.accept()[0].recv(4) == b"ping"
    link.close()


def test_only_the_urls_of_the_servers_are_led_through_links() -> None:
    links = Links()
    environment = {
        "AMQP_URL": "amqp://rooms:5673@127.0.0.1:5673/%2F",
        "ROOMS_DATABASE_URL": "postgresql://r:p@127.0.0.1:5433/rooms?x=5433",
        "PAYMENTS_STRIPE_API_BASE": "http://127.0.0.1:8081",
        "GATEWAY_PORT": "5433",
    }
    adapted = links.adapt("rooms-1", environment, broker=5673, database=5433)
    broker, database = links["rooms-1/broker"].port, links["rooms-1/database"].port
    links.close()

    assert adapted == environment | {
        "AMQP_URL": f"amqp://rooms:5673@127.0.0.1:{broker}/%2F",
        "ROOMS_DATABASE_URL": f"postgresql://r:p@127.0.0.1:{database}/rooms?x=5433",
    }
