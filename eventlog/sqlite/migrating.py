"""Takes the steps to this release's schema.

`sqlite_utils` takes them, and records in the file which it has taken. It is imported only where a
step is left: that costs 30 ms and 2 MB.
"""

from collections.abc import Callable
from sqlite3 import Connection
from typing import TYPE_CHECKING

from eventlog.sqlite.migrations import NAMES, SET, STEPS, steps_taken

if TYPE_CHECKING:
    from sqlite_utils import Database


def take_steps(connection: Connection, application_id: int) -> None:
    """Make a log in the file, or take the steps that the log in it has not taken. Raises
    sqlite3.Error."""
    mark = f"PRAGMA application_id = {application_id}"
    if steps_taken(connection) == NAMES:
        connection.execute(mark)  # so that a file that cannot be written shows it here
    else:
        _take(connection, mark)
    # After a crash right behind the steps, a log has all of them and no WAL.
    connection.execute("PRAGMA journal_mode = wal")


def _take(connection: Connection, mark: str) -> None:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

    migrations = Migrations(SET)
    for step in STEPS:
        migrations(name=step.__name__)(_on_connection(step))
    db = Database(connection)
    # All at once and before there is a WAL: no crash leaves half a log, and the main file alone
    # tells whose it is.
    with db.atomic():
        db.execute(mark)
        migrations.apply(db)


def _on_connection(step: Callable[[Connection], None]) -> Callable[["Database"], None]:
    def take(db: "Database") -> None:
        step(db.conn)

    return take
