"""A real browser, without a window, and a web server that is not the gateway: what any page of
the wide web is to it."""

import contextlib
import json
import os
import shutil
import signal
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.gateways import Served

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)

ELECTRON = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) desktop/1.0.0 "
    "Chrome/120.0.0.0 Electron/28.0.0 Safari/537.36"
)
"""What the desktop app's window calls itself."""

PATIENCE = 40
"""Seconds after which a page should have told what came of it, on a busy machine."""

UNSEEN = ("SpareRendererForSitePerProcess", "WebUIOmniboxAimPopup", "WebUIOmniboxPopup")
"""What Chromium makes ready with each window, for its own address bar and for a next page: more
work than all of ours, and nobody sees it."""

QUIET = (
    "--headless=new",
    "--no-sandbox",  # root, and containers
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-popup-blocking",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--no-proxy-server",
)


@contextmanager
def browsing(url: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """A browser of its own, with a fresh profile, that shows `url`."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        unseen = f"--disable-features={','.join(UNSEEN)}"
        profile = f"--user-data-dir={home}/profile"
        command = [CHROMIUM, *QUIET, unseen, profile, *options, url]
        process = subprocess.Popen(
            command,
            env={**os.environ, "HOME": home},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            # Its renderers too: they are of its session.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def dom_of(url: str, *options: str) -> str:
    """The page's document after it was loaded and its scripts, if any, had 2 seconds."""
    dumping = ("--dump-dom", "--virtual-time-budget=2000")
    with browsing(url, *dumping, *options) as process:
        return process.communicate(timeout=PATIENCE)[0].decode()


@dataclass
class Page:
    """What a web server answers with."""

    body: str
    type: str = "text/html; charset=utf-8"
    moved_to: str | None = None
    """Where a request is sent on to, method and body kept."""


@dataclass
class Site:
    """A web server of its own origin, on the loopback. Pages tell it what came of them by a post
    to /told?NAME, from whatever origin they are."""

    port: int = 0
    pages: dict[str, Page] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    on_asked: dict[str, Callable[[], None]] = field(default_factory=dict)
    """What to do when a page was asked for, before it is answered."""
    asked: list[str] = field(default_factory=list)
    """The paths that were asked for and are no pages: whoever asks was made to."""

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def visited(self, url: str, *names: str, options: tuple[str, ...] = ()) -> list[Any]:
        """Show `url` in a browser until the pages of these names have told; what they did."""
        with browsing(url, *options):
            deadline = time.monotonic() + PATIENCE
            while not self.told.keys() >= set(names):
                assert time.monotonic() < deadline, f"only {list(self.told)} of {names} told"
                time.sleep(0.02)
        return [self.told.pop(name) for name in names]


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            path, _, name = self.path.partition("?")
            if path == "/told":
                site.told[name] = json.loads(body)
                self._send(Page(""))
            else:
                self._answer()

        def _answer(self) -> None:
            path = self.path.partition("?")[0]
            site.on_asked.get(path, lambda: None)()
            if path in site.pages:
                self._send(site.pages[path])
            elif path == "/favicon.ico":  # a browser asks for it by itself
                self._send(Page(""))
            else:
                site.asked.append(self.path)
                self._send(Page(""))

        def _send(self, page: Page) -> None:
            data = page.body.encode()
            self.send_response(307 if page.moved_to else 200)
            if page.moved_to:
                self.send_header("location", page.moved_to)
            self.send_header("content-type", page.type)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            with contextlib.suppress(OSError):  # the browser may be gone
                self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def rebinding(first: int, then: int) -> Iterator[tuple[int, Callable[[], None]]]:
    """A port that leads to port `first` until told otherwise, and then to `then`: to a browser,
    a name that resolves to another machine all of a sudden."""
    leads_to = [first]

    def rebind() -> None:
        leads_to[0] = then

    class Relay(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(("127.0.0.1", leads_to[0])) as onward:
                back = threading.Thread(target=_pour, args=(onward, self.request))
                back.start()
                _pour(self.request, onward)
                back.join()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Relay) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1], rebind
        finally:
            server.shutdown()
            thread.join()


def _pour(source: socket.socket, into: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            into.sendall(data)
    with contextlib.suppress(OSError):
        into.shutdown(socket.SHUT_WR)


@dataclass(frozen=True)
class Arrival:
    """A request that reached the gateway, and how it was answered."""

    method: str
    path: str
    headers: Headers
    status: int

    @property
    def is_a_look(self) -> bool:
        """A page opened for a person to look at, where no other page looks into it; or what
        that page itself needs."""
        get = self.headers.get
        how = (get("sec-fetch-site"), get("sec-fetch-mode"), get("sec-fetch-dest"))
        is_own = how[0] == "same-origin"
        is_link = how[1:] == ("navigate", "document")
        return self.method == "GET" and not self.path.startswith("/api/") and (is_own or is_link)


@contextmanager
def watching(gateway: Served) -> Iterator[list[Arrival]]:
    """All that reaches the gateway from now on, before its gate."""
    arrivals: list[Arrival] = []
    app = gateway.app
    inner = app.middleware_stack
    assert inner is not None
    app.middleware_stack = _Watch(inner, arrivals)
    try:
        yield arrivals
    finally:
        app.middleware_stack = inner


class _Watch:
    def __init__(self, app: ASGIApp, arrivals: list[Arrival]) -> None:
        self._app, self._arrivals = app, arrivals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope.get("method", scope["type"].upper())

        async def noting(message: Message) -> None:
            status = {"http.response.start": message.get("status"), "websocket.close": 403}
            if seen := status.get(message["type"]):
                self._arrivals.append(Arrival(method, scope["path"], Headers(scope=scope), seen))
            await send(message)

        await self._app(scope, receive, noting)


def script(file: str, **given: Any) -> str:
    """The script of this file beside this file, told `given` as the constant GIVEN."""
    told = json.dumps(given).replace("<", "\\u003c")
    return f"const GIVEN = {told};\n" + (Path(__file__).parent / file).read_text()
