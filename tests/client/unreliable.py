"""What can stand between a client and its gateway, and what can be at its address instead."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx


class LossyProxy:
    """Hands each request on to the gateway at `target`, and the reply back: but for the first
    `lose` replies, of which it passes on `keep` bytes and hangs up."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.lose = 0
        self.keep = 0
        self.paths: list[str] = []
        """Of the requests that came, in order."""

    def reply_to(self, request: BaseHTTPRequestHandler) -> None:
        self.paths.append(request.path)
        body = request.rfile.read(int(request.headers.get("content-length", 0)))
        answer = httpx.request(
            request.command,
            self.target + request.path,
            content=body,
            headers={"content-type": request.headers.get("content-type", "")},
            timeout=20,
            trust_env=False,
        )
        head = f"HTTP/1.1 {answer.status_code} -\r\ncontent-length: {len(answer.content)}\r\n"
        head += f"content-type: {answer.headers['content-type']}\r\nconnection: close\r\n\r\n"
        whole = head.encode() + answer.content
        if self.lose:
            self.lose -= 1
            whole = whole[: self.keep]
        request.wfile.write(whole)


class Sayer:
    """Answers every request with the same bytes, and hangs up."""

    def __init__(self, words: bytes) -> None:
        self.words = words

    def reply_to(self, request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + self.words)


@contextmanager
def standing(what: LossyProxy | Sayer) -> Iterator[str]:
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
