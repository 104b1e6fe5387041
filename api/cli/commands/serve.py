"""`interview-gateway serve`."""

from typing import Annotated

import typer

from api.cli.shared import plain_errors


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
    from api.cli import light_start

    light_start.begin()
    from api.cli import serving

    with plain_errors():
        serving.serve(host, port)
