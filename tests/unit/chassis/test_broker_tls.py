"""The connection over TLS (`amqps://`): frames arrive whole, and a broker with another name is refused."""

import datetime
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pika
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pika import spec

from chassis.messaging.amqp.connection import BrokerConnection
from chassis.messaging.amqp.parameters import parameters
from tests.unit.chassis.scripted_broker import LARGE, TAG, ScriptedBroker, until

NAME = "localhost"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of `NAME` that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path_factory.mktemp("tls") / "broker.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def broker(certificate: Path) -> Iterator[ScriptedBroker]:
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate)
    with ScriptedBroker(lambda wire: server.wrap_socket(wire, server_side=True)) as made:
        yield made


@pytest.fixture
def node(broker: ScriptedBroker, certificate: Path) -> pika.connection.Parameters:
    made = parameters(f"amqps://rooms:secret@127.0.0.1:{broker.port}/%2F", "test", heartbeat=0)[0]
    made.ssl_options = pika.SSLOptions(ssl.create_default_context(cafile=certificate), server_hostname=NAME)
    return made


def test_messages_of_two_threads_arrive_whole_while_others_are_received(
    broker: ScriptedBroker, node: pika.connection.Parameters
) -> None:
    connection = BrokerConnection(node)
    channel = connection.channel()
    deliveries: list[bytes] = []
    channel.basic_consume("queue", lambda *message: deliveries.append(message[3]), consumer_tag=TAG)

    def publish(thread: int) -> None:
        for number in range(30):
            channel.basic_publish("", "key", b"%d %d " % (thread, number) + LARGE)

    threads = [threading.Thread(target=publish, args=(thread,)) for thread in range(2)]
    for each in threads:
        each.start()
    for tag in range(20):
        broker.deliver(tag + 1, LARGE)
    for each in threads:
        each.join()

    until(lambda: len(broker.bodies()) == 60 and len(deliveries) == 20)
    assert set(broker.bodies()) == {b"%d %d " % (t, n) + LARGE for t in range(2) for n in range(30)}
    assert set(deliveries) == {LARGE}
    connection.close()
    assert len(broker.methods(spec.Connection.Close)) == 1


def test_a_broker_whose_certificate_names_another_host_is_refused(node: pika.connection.Parameters) -> None:
    node.ssl_options.server_hostname = "broker.example"

    with pytest.raises(ssl.SSLCertVerificationError):
        BrokerConnection(node)
