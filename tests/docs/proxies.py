"""The proxies of docs/team, as shown there, in front of a server of a test. Only the ports, the
files and the server behind them are other ones."""

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import trustme

from tests.processes import free_port

EXAMPLES = Path(__file__).parents[2] / "docs/team"
NAME = "interviews.example.com"
GATEWAY = "127.0.0.1:8009"
PATIENCE = 20.0  # seconds in which a proxy should have started

AROUND_NGINX = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/errors.log;
events {{}}
http {{
    {temporary}
    include {site};
}}
"""
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")

FOR_CADDY = "\tadmin off\n\tstorage file_system {folder}\n\tauto_https disable_redirects\n"


def is_there(proxy: str) -> bool:
    return command_of(proxy) is not None


def command_of(proxy: str) -> str | None:
    return shutil.which(proxy) or shutil.which(proxy, path="/usr/sbin")


def changed(text: str, changes: Mapping[str, str]) -> str:
    """The text with each of these changes, which all have to be possible."""
    for old, new in changes.items():
        assert old in text, f"the example does not have {old!r} any more"
        text = text.replace(old, new)
    return text


@dataclass(frozen=True)
class Proxied:
    """A proxy that listens: `client` talks to it by the example's name, and `log` has the
    requests."""

    url: str
    client: httpx.Client
    log: Path

    def written(self) -> str:
        """All that the proxy wrote down, of requests, of errors and of itself."""
        files = (file for file in self.log.parent.iterdir() if file.suffix in (".log", ".out"))
        return "".join(file.read_text("utf-8", errors="replace") for file in files)


class _Here(httpx.HTTPTransport):
    """Finds the example's name on this machine."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["sni_hostname"] = request.url.host
        request.url = request.url.copy_with(host="127.0.0.1")
        return super().handle_request(request)


@contextmanager
def proxied(proxy: str, upstream: str, folder: Path, ca: trustme.CA) -> Iterator[Proxied]:
    """The example of `proxy`, nginx or caddy, in front of `upstream`, an address with its port."""
    port, log = free_port(), folder / "requests.log"
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    issued = ca.issue_cert(NAME)
    issued.private_key_and_cert_chain_pem.write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    write = _nginx if proxy == "nginx" else _caddy
    arguments = write(folder, port, upstream, log, certificate, key)
    command = command_of(proxy)
    assert command is not None
    trusting = ssl.create_default_context()
    ca.configure_trust(trusting)
    output = folder / "printed.out"
    with (
        output.open("wb") as sink,
        subprocess.Popen([command, *arguments], stdout=sink, stderr=sink) as process,
        httpx.Client(
            transport=_Here(verify=trusting), base_url=f"https://{NAME}:{port}", timeout=30
        ) as client,
    ):
        try:
            wait_until_it_listens(process, port, output)
            yield Proxied(f"https://{NAME}:{port}", client, log)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _nginx(
    folder: Path, port: int, upstream: str, log: Path, certificate: Path, key: Path
) -> list[str]:
    site, around = folder / "site.conf", folder / "nginx.conf"
    changes = {
        "    listen [::]:443 ssl http2;\n": "",
        "    listen [::]:80;\n": "",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "/etc/ssl/interviews.example.com.pem": str(certificate),
        "/etc/ssl/private/interviews.example.com.key": str(key),
        "/var/log/nginx/interview-gateway.log": str(log),
        "/var/log/nginx/interview-gateway-errors.log": str(folder / "site-errors.log"),
        GATEWAY: upstream,
    }
    site.write_text(changed((EXAMPLES / "nginx.conf").read_text("utf-8"), changes))
    temporary = "\n    ".join(f"{name}_temp_path {folder}/{name};" for name in TEMPORARY)
    around.write_text(AROUND_NGINX.format(folder=folder, temporary=temporary, site=site))
    return ["-c", str(around), "-e", str(folder / "errors.log")]


def _caddy(
    folder: Path, port: int, upstream: str, log: Path, certificate: Path, key: Path
) -> list[str]:
    file = folder / "Caddyfile"
    changes = {
        "\n{\n": "\n{\n" + FOR_CADDY.format(folder=folder / "storage"),
        f"\n{NAME} {{\n": f"\n{NAME}:{port} {{\n\tbind 127.0.0.1\n\ttls {certificate} {key}\n",
        "\tlog {\n": f"\tlog {{\n\t\toutput file {log}\n",
        GATEWAY: upstream,
    }
    file.write_text(changed((EXAMPLES / "Caddyfile").read_text("utf-8"), changes))
    return ["run", "--config", str(file), "--adapter", "caddyfile"]


def wait_until_it_listens(process: "subprocess.Popen[bytes]", port: int, output: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, output.read_text(errors="replace")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError(f"the proxy never listened: {output.read_text(errors='replace')}")
