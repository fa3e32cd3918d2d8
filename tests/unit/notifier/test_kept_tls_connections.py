"""Connections over TLS stay open between calls, in the notifier's host (green threads) too."""

import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.unit.notifier.test_http_connections import CountingProvider

CALLS = 3
PROGRAM = """
import sys
if sys.argv[1] == "green":
    import eventlet
    eventlet.monkey_patch()
from services.notifier.http_connections import HttpConnections
connections = HttpConnections("https", "127.0.0.1", int(sys.argv[2]), timeout=10.0, certificates=sys.argv[3])
for _ in range(int(sys.argv[4])):
    assert connections.post("/", b"{}", {}) == (200, "{}")
"""


class TlsProvider(CountingProvider):
    """A provider that speaks TLS, with a certificate of its own."""

    def __init__(self, directory: Path) -> None:
        self.certificate, key = directory / "provider.pem", directory / "provider.key"
        _write_certificate(self.certificate, key)
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(self.certificate, key)
        super().__init__()

    def _listening(self) -> socket.socket:
        return self._context.wrap_socket(super()._listening(), server_side=True)


def _write_certificate(certificate: Path, key: Path) -> None:
    own = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "provider")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(own, hashes.SHA256())
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    key.write_bytes(
        own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption_algorithm=plain)
    )


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[TlsProvider]:
    provider = TlsProvider(tmp_path)
    yield provider
    provider.close()


@pytest.mark.parametrize("threads", ["plain", "green"])
def test_calls_over_tls_share_a_connection(provider: TlsProvider, threads: str) -> None:
    arguments = [threads, str(provider.port), str(provider.certificate), str(CALLS)]

    subprocess.run([sys.executable, "-c", PROGRAM, *arguments], check=True, timeout=60)

    assert (provider.calls, provider.connections) == (CALLS, 1)
