"""https to services: whose certificates are trusted, and what is said of the others."""

import asyncio
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from backends.address import Address
from backends.certificates import trusting
from backends.errors import BackendError
from backends.health import HealthMonitor
from backends.http import Connections, Service
from backends.services import SERVICES
from tests.backends.surroundings import PATIENCE, eventually
from tests.fakes import HealthOnlyServer
from tests.fakes.server import FakeServer

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
NOT_TRUSTED = "Its certificate is not trusted; name its CA's file in SSL_CERT_FILE"


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def file(ca: trustme.CA, tmp_path: Path) -> Path:
    """The CA's certificate in a file."""
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return tmp_path / "ca.pem"


@pytest.fixture
def server() -> Iterator[FakeServer]:
    server = HealthOnlyServer("voice-service")
    try:
        yield server
    finally:
        server.stop()


def encrypted(server: FakeServer, ca: trustme.CA, *names: str, **given: Any) -> trustme.LeafCert:
    """Start the server with a certificate of `ca` for these names."""
    cert = ca.issue_cert(*names, **given)
    server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    cert.configure_cert(server.tls)
    server.start()
    return cert


def status(port: int, certificates: Path | None, host: str = "localhost") -> int:
    """The status of the health of the service there. Raises BackendError."""

    async def ask() -> int:
        async with aclosing(Connections(certificates)) as connections, asyncio.timeout(PATIENCE):
            address = Address(f"https://me:pw@{host}:{port}")
            return await Service(connections, address).status("/health")

    return asyncio.run(ask())


def refusal(port: int, certificates: Path | None, host: str = "localhost") -> str:
    with pytest.raises(BackendError) as caught:
        status(port, certificates, host)
    return str(caught.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_ca_of_ones_own_is_trusted(
    server: FakeServer, ca: trustme.CA, file: Path, host: str
) -> None:
    encrypted(server, ca, "localhost", "127.0.0.1")
    assert status(server.port, file, host) == 200
    assert server.requests[0].headers["authorization"] == "Basic bWU6cHc="


def test_a_ca_that_nobody_named_is_not(server: FakeServer, ca: trustme.CA) -> None:
    encrypted(server, ca, "localhost")
    assert refusal(server.port, None) == NOT_TRUSTED
    assert server.requests == [], "no credentials were sent"


def test_another_ca_is_not(server: FakeServer, file: Path) -> None:
    encrypted(server, trustme.CA(), "localhost")
    assert refusal(server.port, file) == NOT_TRUSTED


def test_an_intermediate_ca_and_a_servers_own_certificate_may_be_in_the_file(
    server: FakeServer, tmp_path: Path
) -> None:
    intermediate = trustme.CA().create_child_ca()
    cert = encrypted(server, intermediate, "localhost")
    for n, trusted in enumerate([intermediate.cert_pem, cert.cert_chain_pems[0]]):
        file = tmp_path / f"{n}.pem"
        trusted.write_to_path(str(file))
        assert status(server.port, file) == 200


def test_a_certificate_that_has_expired_is_named(
    server: FakeServer, ca: trustme.CA, file: Path
) -> None:
    encrypted(server, ca, "localhost", not_before=NOW - 3 * DAY, not_after=NOW - DAY)
    assert refusal(server.port, file) == "Its certificate has expired"


def test_a_certificate_of_tomorrow_is_named(server: FakeServer, ca: trustme.CA, file: Path) -> None:
    encrypted(server, ca, "localhost", not_before=NOW + DAY, not_after=NOW + 3 * DAY)
    said = refusal(server.port, file)
    assert said == "Its certificate is not valid yet; is this machine's clock right?"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_certificate_for_another_host_is_named(
    server: FakeServer, ca: trustme.CA, file: Path, host: str
) -> None:
    encrypted(server, ca, "models.example")
    assert refusal(server.port, file, host) == "Its certificate is for another host name"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_service_that_demands_a_client_certificate_is_named(
    ca: trustme.CA, file: Path, version: ssl.TLSVersion
) -> None:
    tls = demanding(ca, version)

    async def ask() -> str:
        listening = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=tls)
        async with listening, aclosing(Connections(file)) as connections:
            url = f"https://localhost:{listening.sockets[0].getsockname()[1]}"
            with pytest.raises(BackendError) as caught:
                await Service(connections, Address(url)).status("/health")
            return str(caught.value)

    assert "demands a client certificate, and the gateway has none" in asyncio.run(ask())


def demanding(ca: trustme.CA, version: ssl.TLSVersion) -> ssl.SSLContext:
    """A server's TLS of that version, which takes only clients with a certificate."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.minimum_version = tls.maximum_version = version
    ca.issue_cert("localhost").configure_cert(tls)
    ca.configure_trust(tls)
    tls.verify_mode = ssl.CERT_REQUIRED
    return tls


def test_a_round_of_probes_outlives_a_service_that_demands_a_client_certificate(
    server: FakeServer, ca: trustme.CA, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server.start()

    async def round() -> dict[str, str | None]:
        tls = demanding(ca, ssl.TLSVersion.TLSv1_3)
        listening = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=tls)
        demands = Address(f"https://localhost:{listening.sockets[0].getsockname()[1]}")
        urls = {info.name: demands for info in SERVICES} | {server.name: Address(server.url)}
        async with listening, aclosing(Connections(file)) as connections:
            monitor = HealthMonitor(connections, urls)
            running = asyncio.create_task(monitor.run())
            statuses = await monitor.statuses(PATIENCE)
            running.cancel()
            return {status.name: status.error for status in statuses}

    errors = asyncio.run(round())
    assert errors.pop(server.name) is None
    assert all("client certificate" in str(error) for error in errors.values()), errors
    assert caplog.records == []


def test_a_service_without_encryption_is_named(file: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)  # no HTTP: it is told so in HTTP
        writer.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    async def ask() -> str:
        listening = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with listening, aclosing(Connections(file)) as connections:
            address = Address(f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}")
            with pytest.raises(BackendError) as caught:
                await Service(connections, address).status("/health")
            return str(caught.value)

    assert asyncio.run(ask()) == "No encrypted connection; perhaps it does not speak https"


def test_a_service_that_hangs_before_it_encrypts_holds_no_connection(
    server: FakeServer, file: Path
) -> None:
    server.start()  # without encryption it waits for the end of a request for ever

    async def ask() -> None:
        async with aclosing(Connections(file)) as connections:
            service = Service(connections, Address(f"https://127.0.0.1:{server.port}"))
            for _ in range(3):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.2):
                        await service.status("/health")
            await eventually(lambda: server.connections == 0)

    asyncio.run(ask())


@pytest.mark.parametrize("holds", [None, b"", b"no certificates"])
def test_a_file_that_cannot_be_read_is_named(
    server: FakeServer, ca: trustme.CA, tmp_path: Path, holds: bytes | None
) -> None:
    encrypted(server, ca, "localhost")
    file = tmp_path / "ca.pem"
    if holds is not None:
        file.write_bytes(holds)
    said = refusal(server.port, file)
    assert said == "SSL_CERT_FILE names no certificates that can be read"


def test_a_file_is_trusted_besides_the_systems_certificates(file: Path) -> None:
    systems = trusting(None).get_ca_certs()
    both = trusting(file).get_ca_certs()
    assert len(both) == len(systems) + 1
    assert all(certificate in both for certificate in systems)


def test_a_folder_of_the_environment_is_trusted_too(
    server: FakeServer, ca: trustme.CA, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encrypted(server, ca, "localhost")
    hashed = subprocess.run(
        ["openssl", "x509", "-hash", "-noout", "-in", file], capture_output=True, check=True
    ).stdout.decode()
    file.rename(file.with_name(f"{hashed.strip()}.0"))
    monkeypatch.setenv("SSL_CERT_DIR", str(file.parent))
    assert status(server.port, None) == 200


USES = """
import sys
from backends.address import Address
from backends.http import Connections
Connections().prepare([Address(url) for url in sys.argv[1:]])
print("backends.certificates" in sys.modules)
"""


@pytest.mark.parametrize(("url", "read"), [("http://h", "False"), ("https://h", "True")])
def test_certificates_are_read_only_where_a_url_needs_them(url: str, read: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", USES, "http://127.0.0.1", url],
        capture_output=True,
        check=True,
        text=True,
    )
    assert ran.stdout.strip() == read
