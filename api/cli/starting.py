"""The way into a gateway. `serve` without options goes it without the library of the command line,
which takes 50 ms and 2 MB.
"""

from api.cli import light_start
from api.cli.shared import plain_errors
from api.cli.streams import settled


def main() -> None:
    """Run `interview-gateway serve`. Exits with 1 and a line where it cannot."""
    with settled():
        try:
            start()
        except KeyboardInterrupt:  # while it starts; a gateway that serves has its own way to stop
            raise SystemExit(1) from None


def start(host: str | None = None, port: int | None = None) -> None:
    """Serve until a signal; `host` and `port` go before the settings. Exits with 1 and a line where
    it cannot."""
    light_start.begin()
    from api.cli import serving

    with plain_errors():
        serving.serve(host, port)
