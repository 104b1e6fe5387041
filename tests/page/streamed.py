"""A gateway whose replies come word by word, at the very moment that a test says so.

It stands in front of a real one, which has the log and the last word: what the test lets it say
should be what that gateway's interviewer will say.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from threading import Event, Lock, Thread
from typing import Any

import httpx

from tests.gateways import Served
from tests.http_clients import PLAIN
from tests.page.visitor import PATIENCE_MS

INTERVIEWS = "/api/v1/interviews/"
MODEL = "llama3.2:3b"
HANDED_BACK = ("content-type", "cache-control", "content-security-policy")

Told = tuple[str, dict[str, Any]]


class Reply:
    """One reply under way, and all who listen to it."""

    def __init__(self, path: str, body: dict[str, Any], gateway: Served) -> None:
        self.answer = body.get("message", "")
        self.stopped = Event()
        """Set once the page has asked for the built-in words."""
        self.listeners: list[Queue[Told | None]] = []
        self._path = path
        self._body = body
        self._gateway = gateway
        self._shown = ""
        self._lock = Lock()

    def status(self, phase: str, elapsed_ms: int = 0) -> None:
        about = {"phase": phase, "backend": "ollama", "model": MODEL, "elapsedMs": elapsed_ms}
        self._tell("status", about)

    def delta(self, text: str) -> None:
        self._tell("delta", {"text": text})

    def words(self, text: str) -> None:
        """Say it word by word."""
        for word in text.split(" "):
            self.delta(f"{word} " if not text.endswith(word) else word)

    def reset(self, text: str) -> None:
        self._tell("reset", {"text": text, "reason": "Another interviewer took over."})

    def done(self) -> None:
        """Let the gateway record the reply. All is said then."""
        given = self._gateway.post(self._path, self._body).json()
        told = given if self._path.endswith("summary") else {"session": given}
        self._tell("done", {**told, "event": {"position": 1, "leaf": ""}})

    def break_off(self) -> None:
        """Close all connections in the middle."""
        with self._lock:
            for listener in self.listeners:
                listener.put(None)
            self.listeners.clear()

    def listen(self) -> Queue[Told | None]:
        """All that is told from now on, after a reset to the words so far."""
        told: Queue[Told | None] = Queue()
        with self._lock:
            if self._shown:
                told.put(("reset", {"text": self._shown, "reason": "Joined late."}))
            self.listeners.append(told)
        return told

    def _tell(self, name: str, data: dict[str, Any]) -> None:
        with self._lock:
            if name == "delta":
                self._shown += data["text"]
            elif name == "reset":
                self._shown = data["text"]
            for listener in self.listeners:
                listener.put((name, data))


class Front:
    """The gateway's address for the page. `streams` names the calls that it lets a test answer."""

    def __init__(self, gateway: Served) -> None:
        self.gateway = gateway
        self.url = ""
        self.streams = {"respond"}
        self.asked: list[str] = []
        """The calls about replies, such as "POST respond"."""
        self._begun: Queue[Reply] = Queue()
        self._under_way: dict[str, Reply] = {}

    def next_reply(self) -> Reply:
        """The reply that the page asks for next."""
        try:
            return self._begun.get(timeout=PATIENCE_MS / 1000)
        except Empty:
            raise AssertionError("the page asked for no reply") from None

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("content-length", 0)))
        name = request.path.rpartition("/")[2]
        wants_stream = request.headers.get("accept") == "text/event-stream"
        if request.path.startswith(INTERVIEWS) and (wants_stream or name == "reply"):
            self.asked.append(f"{request.command} {name}")
            if name in self.streams:
                return self._begin(request, json.loads(body))
            if name == "reply":
                return self._reply(request, request.path.split("/")[-2])
        return self._hand_on(request, body)

    def _begin(self, request: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        id = body["session"]["interviewId"]
        reply = self._under_way.get(id)
        if reply is None:
            reply = self._under_way[id] = Reply(request.path, body, self.gateway)
            listener = reply.listen()
            self._begun.put(reply)
        else:
            listener = reply.listen()
        self._stream(request, id, listener)

    def _reply(self, request: BaseHTTPRequestHandler, id: str) -> None:
        reply = self._under_way.get(id)
        if reply is None:
            return _send(
                request, 404, {"type": "about:blank", "detail": "No reply.", "status": 404}
            )
        if request.command == "DELETE":
            reply.stopped.set()
            return _send(request, 202, {})
        return self._stream(request, id, reply.listen())

    def _stream(
        self, request: BaseHTTPRequestHandler, id: str, listener: Queue[Told | None]
    ) -> None:
        request.wfile.write(
            b"HTTP/1.1 200 OK\r\nconnection: close\r\ncache-control: no-store\r\n"
            b"content-type: text/event-stream; charset=utf-8\r\n\r\n: begun\n\n"
        )
        number = 0
        while (told := listener.get()) is not None:
            name, data = told
            number += 1
            if name == "done":
                self._under_way.pop(id, None)
            event = f"event: {name}\nid: {number}\ndata: {json.dumps(data)}\n\n"
            request.wfile.write(event.encode())
            if name == "done":
                return

    def _hand_on(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        headers = {"content-type": request.headers.get("content-type", "")}
        url = self.gateway.url + request.path
        given = httpx.request(
            request.command, url, content=body, headers=headers, timeout=30, **PLAIN
        )
        content = given.content
        reply = self._under_way.get(request.path.rpartition("/")[2])
        if reply and request.command == "GET":
            content = json.dumps({**given.json(), "pendingAnswer": reply.answer}).encode()
        lines = [f"HTTP/1.1 {given.status_code} -", f"content-length: {len(content)}"]
        lines += [f"{name}: {given.headers[name]}" for name in HANDED_BACK if name in given.headers]
        head = "\r\n".join([*lines, "connection: close", "", ""])
        request.wfile.write(head.encode() + content)


def _send(request: BaseHTTPRequestHandler, status: int, body: dict[str, Any]) -> None:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} -\r\nconnection: close\r\ncontent-type: application/json\r\n"
    request.wfile.write(f"{head}content-length: {len(content)}\r\n\r\n".encode() + content)


@contextmanager
def in_front_of(gateway: Served) -> Iterator[Front]:
    """A front of the gateway that listens."""
    front = Front(gateway)

    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            self.close_connection = True
            if self.raw_requestline and self.parse_request():
                front.answer(self)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """A page that was closed reads no more: none of the tests' business."""

    server = Server(("127.0.0.1", 0), Handler)
    front.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield front
    finally:
        for reply in list(front._under_way.values()):
            reply.break_off()
        server.shutdown()
        thread.join()
        server.server_close()
