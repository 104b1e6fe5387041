"""The client in a Node process, called from Python."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from tests.client.tools import HERE, NODE
from tests.forked import PATIENCE


class Failed(Exception):
    """The client's promise was rejected. `error` holds the fields of the error."""

    def __init__(self, error: dict[str, Any], *, is_gateway_error: bool) -> None:
        super().__init__(f"{error['name']}: {error['message']}")
        self.error = error
        self.kind = error.get("kind")
        self.is_gateway_error = is_gateway_error


class Caller:
    """One client. A call is sent and its result taken, so that things can happen in between."""

    def __init__(self, stdin: IO[str], stdout: IO[str]) -> None:
        self._stdin = stdin
        self._stdout = stdout
        self.progress: list[dict[str, int]] = []
        """What the last call told while it was under way."""
        self.events: list[dict[str, Any]] = []
        """What the last call yielded, if it is a stream."""

    def send(self, name: str, *args: Any, **options: Any) -> None:
        """Call a function. `options` are the client's, and those of `caller.mjs`."""
        print(json.dumps({"name": name, "args": args, **options}), file=self._stdin, flush=True)

    def result(self) -> Any:
        told = json.loads(self._stdout.readline())
        self.progress = told["progress"]
        self.events = told["events"]
        if "error" in told:
            raise Failed(told["error"], is_gateway_error=told["isGatewayError"])
        return told["value"]

    def call(self, name: str, *args: Any, **options: Any) -> Any:
        self.send(name, *args, **options)
        return self.result()

    def hear(self, name: str, *args: Any, **options: Any) -> list[dict[str, Any]]:
        """All events of a stream."""
        self.call(name, *args, **options)
        return self.events

    def failure(self, name: str, *args: Any, **options: Any) -> Failed:
        """The error of a call that must fail."""
        try:
            value = self.call(name, *args, **options)
        except Failed as error:
            return error
        raise AssertionError(f"{name} gave {value}")


@contextmanager
def calling(url: str, **settings: Any) -> Iterator[Caller]:
    """A client of the gateway at `url`: by the environment, or of its own where it has settings.
    Afterwards, the process must end by itself, with nothing said on stderr."""
    assert NODE is not None
    own = [json.dumps({"baseUrl": url, **settings})] if settings else []
    with subprocess.Popen(
        [NODE, str(HERE / "caller.mjs"), *own],
        env={"PATH": os.environ["PATH"], "INTEGRATION_BASE_URL": url},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Caller(process.stdin, process.stdout)
            _, complaints = process.communicate(timeout=PATIENCE)
            assert (process.returncode, complaints) == (0, "")
        finally:
            process.kill()
