"""A connection that breaks off at a moment of its choice: a proxy before a server on loopback."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from threading import Thread

SO_MUCH = 65536


class Proxy:
    """Passes bytes on to the server at `port`. After the client has sent `cut_after`, no answer
    comes back, and the connection closes once the server has answered. `refuses` is set from then
    on if `once` is not."""

    def __init__(self, port: int) -> None:
        self._server_port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.cut_after: bytes | None = None
        self.is_once = True
        self.refuses = False
        self.cuts = 0
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):  # it is closed
            while True:
                client, _ = self._listening.accept()
                if self.refuses:
                    client.close()
                    continue
                server = socket.create_connection(("127.0.0.1", self._server_port))
                cut = _Cut()
                for work in (self._to_server, self._to_client):
                    Thread(target=work, args=(client, server, cut), daemon=True).start()

    def _to_server(self, client: socket.socket, server: socket.socket, cut: "_Cut") -> None:
        with suppress(OSError):
            while sent := client.recv(SO_MUCH):
                if self.cut_after is not None and self.cut_after in sent:
                    cut.is_due = True
                    self.cuts += 1
                    self.cut_after = None
                    self.refuses = not self.is_once
                server.sendall(sent)
        with suppress(OSError):
            server.shutdown(socket.SHUT_WR)

    def _to_client(self, client: socket.socket, server: socket.socket, cut: "_Cut") -> None:
        with closing(client), closing(server), suppress(OSError):
            while answer := server.recv(SO_MUCH):
                if cut.is_due:
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(answer)

    def close(self) -> None:
        self._listening.close()


class _Cut:
    """Whether a connection is to break off."""

    is_due = False


@contextmanager
def proxy_to(port: int) -> Iterator[Proxy]:
    with closing(Proxy(port)) as proxy:
        yield proxy
