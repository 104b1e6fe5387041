"""`interview-gateway serve`."""

from typing import Annotated

import typer

from api.cli.shared import plain_errors


def serve(
    host: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Listen on this address instead of that in HOST."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(metavar="PORT", help="Listen on this port instead of that in PORT."),
    ] = None,
) -> None:
    """Start the gateway.

    It prints the address of the page first.
    Ctrl-C finishes what is under way and stops it."""
    from api.cli import serving

    with plain_errors():
        serving.serve(host, port)
