"""The command line: `interview-gateway`."""

from typing import Annotated

import typer

from api import __version__
from api.cli.commands import audit, custody, reading
from api.cli.shared import plain_errors

# What a command needs is imported when it runs, so that --help and --version are instant.

app = typer.Typer(
    help="Conducts job interviews over HTTP, with every move in an event log.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"interview-gateway {__version__}")
        raise typer.Exit()


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Say which."),
    ] = False,
) -> None:
    """Conducts job interviews over HTTP, with every move in an event log."""


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [HOST].")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on [PORT].")] = None,
) -> None:
    """Start the gateway. Ctrl-C finishes what is under way and stops it."""
    from api.cli import serving

    with plain_errors():
        serving.serve(host, port)


for command in (
    reading.interviews,
    reading.replay,
    custody.hold,
    custody.release,
    custody.forget,
):
    app.command()(command)
app.add_typer(audit.audit, name="audit")


if __name__ == "__main__":
    app()
