"""`interview-gateway serve`."""

from typing import Annotated

import typer

from api.cli.starting import start


def serve(
    host: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Listen on this address. It overrides the setting HOST."
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(metavar="PORT", help="Listen on this port. It overrides the setting PORT."),
    ] = None,
) -> None:
    """Start the gateway.

    It prints the address of the page first.
    Press Ctrl-C to stop it: it finishes open requests first."""
    start(host, port)
