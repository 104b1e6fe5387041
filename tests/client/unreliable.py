"""What can stand between a client and its gateway, and what can be at its address instead."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Protocol

import httpx

from tests.http_clients import PLAIN

HANDED_ON = ("content-type", "accept", "last-event-id")

BAD_GATEWAY = (
    b"HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\n\r\n<html><h1>502 Bad Gateway</h1></html>"
)


class Answering(Protocol):
    """Something that can stand at an address."""

    def reply_to(self, request: BaseHTTPRequestHandler) -> None: ...


class LossyProxy:
    """Hands each request on to the gateway at `target`, and the reply back: but for the first
    `lose` replies, of which it passes on `keep` bytes and hangs up, or which it says with
    `says_502` that it did not get."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.lose = 0
        self.keep = 0
        self.says_502 = False
        self.paths: list[str] = []
        """Of the requests that came, in order."""

    def reply_to(self, request: BaseHTTPRequestHandler) -> None:
        self.paths.append(request.path)
        body = request.rfile.read(int(request.headers.get("content-length", 0)))
        answer = httpx.request(
            request.command,
            self.target + request.path,
            content=body,
            headers={name: request.headers[name] or "" for name in HANDED_ON},
            timeout=20,
            **PLAIN,
        )
        head = f"HTTP/1.1 {answer.status_code} -\r\ncontent-length: {len(answer.content)}\r\n"
        head += f"content-type: {answer.headers['content-type']}\r\nconnection: close\r\n\r\n"
        whole = head.encode() + answer.content
        if self.lose:
            self.lose -= 1
            whole = BAD_GATEWAY if self.says_502 else whole[: self.keep]
        request.wfile.write(whole)


class Sayer:
    """Answers every request with the same bytes, and hangs up."""

    def __init__(self, words: bytes, head: str = "200 OK") -> None:
        self.words = words
        self.head = head

    def reply_to(self, request: BaseHTTPRequestHandler) -> None:
        head = f"HTTP/1.1 {self.head}\r\nconnection: close\r\n\r\n"
        request.wfile.write(head.encode() + self.words)


@contextmanager
def standing(what: Answering) -> Iterator[str]:
    """The address at which it answers."""

    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            self.close_connection = True
            if self.raw_requestline and self.parse_request():
                what.reply_to(self)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """A client that has gone is no news."""

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
