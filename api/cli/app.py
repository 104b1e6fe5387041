"""The command line: `interview-gateway`."""

import sys
from typing import Annotated, Any

import typer

from api.cli.commands import audit, custody, kits, log, reading, serve
from api.cli.layout import PlainCommand, PlainGroup
from api.cli.streams import settled
from api.cli.usage import usage_lines

# What a command needs is imported when it runs, so that --help and completion are instant.


_UsageError: Any = typer.BadParameter.__base__
"""typer gives this class no name of its own."""


class CommandLine(PlainGroup):
    """All commands. None of them ends with a stack trace because its output went wrong."""

    def main(self, *args: Any, **options: Any) -> Any:
        with settled():
            try:
                sys.exit(super().main(*args, **{**options, "standalone_mode": False}) or 0)
            except _UsageError as error:
                if type(error).show is not _UsageError.show:  # the help, where nothing was given
                    error.show()
                    sys.exit(error.exit_code)
                for line in usage_lines(error):
                    typer.echo(line, err=True)
                sys.exit(error.exit_code)
            except typer.Abort:
                sys.exit(1)

    def get_params(self, ctx: Any) -> list[Any]:
        """The options, with completion's in sentences that fit a line."""
        params: list[Any] = super().get_params(ctx)
        for param in params:
            param.help = COMPLETION.get(param.opts[0], param.help)
        return params


COMPLETION = {
    "--install-completion": "Install Tab completion for this shell. Then restart the shell.",
    "--show-completion": "Print the completion script of this shell, to install it yourself.",
}

app = typer.Typer(
    cls=CommandLine,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from api import __version__

        typer.echo(f"interview-gateway {__version__}")
        raise typer.Exit()


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Conduct job interviews over HTTP, and record each step in an event log.

    `interview-gateway COMMAND --help` explains a command."""


for command in (
    serve.serve,
    reading.interviews,
    reading.replay,
    reading.session,
    reading.diff,
    reading.rerun,
    custody.hold,
    custody.release,
    custody.forget,
):
    app.command(cls=PlainCommand)(command)
app.add_typer(audit.audit, name="audit")
app.add_typer(log.log, name="log")
app.add_typer(kits.kits, name="kits")


if __name__ == "__main__":
    app()
