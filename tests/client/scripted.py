"""A gateway that answers each request as a test wrote it down, byte by byte."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler
from threading import Event
from typing import Any


class Step(Enum):
    """Something else than bytes that happens in a stream."""

    BREAK = auto()
    """The connection breaks off in the middle."""
    SILENCE = auto()
    """Nothing comes until the client has gone."""
    PAUSE = auto()
    """Nothing comes for a fifth of a second."""


@dataclass(frozen=True)
class Stream:
    """An answer in pieces, each sent by itself. It ends in good order after the last one."""

    pieces: tuple[bytes | Step, ...]

    def send(self, request: BaseHTTPRequestHandler, gone: Event) -> None:
        request.wfile.write(
            b"HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n"
        )
        request.wfile.write(b"content-type: text/event-stream; charset=utf-8\r\n\r\n")
        for piece in self.pieces:
            if piece is Step.BREAK:
                return
            if piece is Step.SILENCE:
                request.rfile.read(1)  # nothing, once the client has gone
                gone.set()
                return
            if piece is Step.PAUSE:
                Event().wait(0.2)
            elif piece:
                request.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        request.wfile.write(b"0\r\n\r\n")


@dataclass(frozen=True)
class Plain:
    """An answer in one piece."""

    body: Any
    status: int = 200
    type: str = "application/json"

    def send(self, request: BaseHTTPRequestHandler, gone: Event) -> None:
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        head = f"HTTP/1.1 {self.status} -\r\nconnection: close\r\ncontent-type: {self.type}\r\n"
        request.wfile.write(head.encode() + b"content-length: %d\r\n\r\n" % len(body) + body)


@dataclass(frozen=True)
class HangUp:
    """No answer: the connection is closed."""

    def send(self, request: BaseHTTPRequestHandler, gone: Event) -> None:
        pass


@dataclass(frozen=True)
class Asked:
    """A request that came."""

    method: str
    path: str
    accept: str | None
    last_event_id: str | None
    body: Any


@dataclass
class ScriptedGateway:
    """Gives its answers in order, one to each request; nothing after the last."""

    answers: list[Stream | Plain | HangUp]
    asked: list[Asked] = field(default_factory=list)
    gone: Event = field(default_factory=Event)
    """Set when the client has closed the connection of a SILENCE."""

    def reply_to(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("content-length", 0)))
        self.asked.append(
            Asked(
                request.command,
                request.path.removeprefix("/api/v1/interviews/"),
                request.headers["accept"],
                request.headers["last-event-id"],
                json.loads(body) if body else None,
            )
        )
        answer = self.answers.pop(0) if self.answers else HangUp()
        answer.send(request, self.gone)

    @property
    def paths(self) -> list[str]:
        """Of the requests that came, with their methods."""
        return [f"{asked.method} {asked.path}" for asked in self.asked]


def stream(*pieces: bytes | Step) -> Stream:
    return Stream(pieces)


def by_the_byte(pieces: Iterable[bytes]) -> Stream:
    """Every byte by itself."""
    return Stream(tuple(bytes([byte]) for byte in b"".join(pieces)))


def event(kind: str, number: int, /, **data: Any) -> bytes:
    """A server-sent event as the gateway writes it."""
    told = json.dumps(data, ensure_ascii=False)
    return f"event: {kind}\nid: {number}\ndata: {told}\n\n".encode()


def problem(name: str, status: int, **more: Any) -> dict[str, Any]:
    """A problem as the gateway writes it."""
    return {
        "type": f"https://gateway.test/problems/{name}",
        "title": name,
        "status": status,
        "detail": f"This is {name}.",
        "instance": "/api/v1/interviews",
        **more,
    }


def refused(name: str, status: int, **more: Any) -> Plain:
    return Plain(problem(name, status, **more), status, "application/problem+json")
