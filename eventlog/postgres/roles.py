"""Who may do what with the log in a database.

The owner of the tables could drop a trigger. So gateways log in as a role that owns nothing: it may
read all, add to the log, and change what stands beside it. It can delete words only by the function
`forget_words`, whose rights may belong to another role again, the eraser. An auditor only reads.
"""

from contextlib import closing
from typing import Any, Final, LiteralString

from psycopg import Connection, errors, sql

from eventlog.errors import LogNotOpened
from eventlog.postgres.connection import open_database
from eventlog.postgres.errors import STORAGE_ERRORS, reason
from eventlog.postgres.migrations import prepare, refuse_unknown

# Each takes the role's name. What it had before is taken from it first, so that it has this alone.
NOTHING: Final[tuple[LiteralString, ...]] = (
    "REVOKE ALL ON ALL TABLES IN SCHEMA interview_log FROM {}",
    "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA interview_log FROM {}",
    "REVOKE ALL ON SCHEMA interview_log FROM {}",
    "GRANT USAGE ON SCHEMA interview_log TO {}",
)
AUDITOR: Final[tuple[LiteralString, ...]] = (
    *NOTHING,
    "GRANT SELECT ON ALL TABLES IN SCHEMA interview_log TO {}",
)
GATEWAY: Final[tuple[LiteralString, ...]] = (
    *AUDITOR,
    "GRANT INSERT ON interview_log.events, interview_log.words, interview_log.nodes, "
    "interview_log.checkpoints TO {}",
    "GRANT INSERT, UPDATE, DELETE ON interview_log.interviews, interview_log.drafts, "
    "interview_log.claims TO {}",
    "GRANT INSERT, DELETE ON interview_log.starters, interview_log.fingerprints TO {}",
    "GRANT UPDATE (size, frontier) ON interview_log.head TO {}",
    "GRANT UPDATE (clock) ON interview_log.log TO {}",
    "GRANT DELETE ON interview_log.scrubs TO {}",
    "GRANT EXECUTE ON FUNCTION interview_log.make_room(bigint), "
    "interview_log.forget_words(text), interview_log.rewrite_scrubbed(text) TO {}",
)
ERASER: Final[tuple[LiteralString, ...]] = (
    *NOTHING,
    "GRANT SELECT ON interview_log.events, interview_log.words, interview_log.fingerprints, "
    "interview_log.starters TO {}",
    "GRANT DELETE ON interview_log.words, interview_log.fingerprints, interview_log.starters TO {}",
    "GRANT SELECT, INSERT, UPDATE ON interview_log.scrubs TO {}",
    # A function's owner must be able to make one, at that moment.
    "GRANT CREATE ON SCHEMA interview_log TO {}",
    "ALTER FUNCTION interview_log.forget_words(text) OWNER TO {}",
    "REVOKE CREATE ON SCHEMA interview_log FROM {}",
)

# To grant what one does not own is only warned of, where one has some right to it.
OWNS: Final = (
    "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class "
    "WHERE oid = 'interview_log.events'::regclass"
)
NOT_OWNER: Final = (
    "this database role may not give the rights; log in as the role that owns the event log and is "
    "a member of the eraser's role, or as a superuser"
)


def grant(
    url: str, gateway: str | None = None, eraser: str | None = None, auditor: str | None = None
) -> None:
    """Give the roles, which exist, their rights to the log in the database that `url` names; the
    log is made or brought up to date first. `url` names its owner. Raises LogNotOpened."""
    wanted = ((AUDITOR, auditor), (GATEWAY, gateway), (ERASER, eraser))
    with closing(open_database(url)) as db:
        try:
            prepare(db)
            refuse_unknown(db)  # which would lose the rights to what only that one has
            if db.execute(OWNS).fetchone() != (True,):
                raise LogNotOpened(NOT_OWNER)
            with db.transaction():
                for statements, role in wanted:
                    if role is not None:
                        _grant(db, statements, role)
        except errors.InsufficientPrivilege as error:
            raise LogNotOpened(NOT_OWNER) from error
        except STORAGE_ERRORS as error:
            raise LogNotOpened(f"the rights cannot be given: {reason(error)}") from error


def _grant(db: Connection[Any], statements: tuple[LiteralString, ...], role: str) -> None:
    try:
        for statement in statements:
            db.execute(sql.SQL(statement).format(sql.Identifier(role)))
    except errors.UndefinedObject as error:
        raise LogNotOpened(
            f"there is no role {role} in the database; make it with CREATE ROLE first"
        ) from error
