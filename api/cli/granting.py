"""`interview-gateway log grant`: the rights of the database roles that use a log on PostgreSQL."""

from api.cli.errors import CommandError
from api.cli.terminal import console
from api.transcript.escaping import escape_line
from eventlog.open import grant_roles


def grant(url: str, *, gateway: str | None, eraser: str | None, auditor: str | None) -> None:
    """Give the roles their rights, and print them. Raises CommandError or EventLogError."""
    roles = {"gateway": gateway, "eraser": eraser, "auditor": auditor}
    given = {name: role for name, role in roles.items() if role is not None}
    if not given:
        raise CommandError("name at least one role: --gateway, --eraser or --auditor")
    if len(set(given.values())) < len(given):
        raise CommandError("give each of --gateway, --eraser and --auditor a role of its own")
    grant_roles(url, **given)
    for name, role in given.items():
        console().print(escape_line(f"{role} has the rights of the {name}."))
