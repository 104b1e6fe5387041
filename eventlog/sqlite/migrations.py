"""The log's schema, as the steps that made it. A released step is never edited; a change
is a new step. `migrating` takes them.

`events` is the log, `nodes` the tree over its leaves, `checkpoints` the signed heads it was
sealed with. `interviews` and `fingerprints` are read models, derived from it.
"""

from sqlite3 import Connection
from typing import Final

from eventlog.sqlite.nodes import put_nodes

SET: Final = "eventlog"
"""The name of these steps among the migrations that the file records."""

HAS_ANY = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_sqlite_migrations'"
TAKEN = "SELECT name FROM _sqlite_migrations WHERE migration_set = ?"

# Payload and salt can be NULL only so that a person's words can be forgotten while their
# commitment stays; no row is inserted without them.
EVENTS = """
CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    interview_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    time TEXT NOT NULL,
    payload TEXT,
    salt BLOB,
    commitment BLOB NOT NULL,
    leaf BLOB NOT NULL,
    UNIQUE (interview_id, version),
    CHECK ((payload IS NULL) = (salt IS NULL))
) STRICT
"""

# A row may only be added, and only right behind the last one. That also keeps out
# INSERT OR REPLACE, which deletes without firing a delete trigger unless
# recursive_triggers is on: a replacing row is never the next one.
EVENTS_ONLY_FOLLOW = """
CREATE TRIGGER events_only_follow BEFORE INSERT ON events
WHEN NEW.position IS NOT (SELECT coalesce(max(position) + 1, 0) FROM events)
  OR NEW.version IS NOT (SELECT coalesce(max(version), 0) + 1 FROM events
                         WHERE interview_id = NEW.interview_id)
BEGIN SELECT raise(ABORT, 'the event log is append-only: a record must follow the last'); END
"""

EVENTS_STAY = """
CREATE TRIGGER events_stay BEFORE DELETE ON events
BEGIN SELECT raise(ABORT, 'the event log is append-only: a record is never deleted'); END
"""

EVENTS_NEVER_CHANGE = """
CREATE TRIGGER events_never_change BEFORE UPDATE ON events
BEGIN SELECT raise(ABORT, 'the event log is append-only: a record is never changed'); END
"""

INTERVIEWS = """
CREATE TABLE interviews (
    interview_id TEXT PRIMARY KEY,
    first_position INTEGER NOT NULL UNIQUE,
    role TEXT NOT NULL,
    model TEXT,
    total_questions INTEGER NOT NULL,
    state TEXT NOT NULL,
    questions_asked INTEGER NOT NULL,
    answers_given INTEGER NOT NULL,
    adopted INTEGER NOT NULL,
    version INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    head BLOB
) STRICT
"""

# `head` is the fingerprint of the session the interview stands at; NULL while it is the
# interviewer's turn.
HEADS = "CREATE INDEX interviews_by_head ON interviews (head, first_position)"

# An interview is named here by the position it began at: that is what the newest is found
# by, and many interviews share a session (every first one on templates, for a start).
FINGERPRINTS = """
CREATE TABLE fingerprints (
    fingerprint BLOB NOT NULL,
    first_position INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (fingerprint, first_position, version)
) STRICT, WITHOUT ROWID
"""

# `log` has one row. `id` tells this log from another one put in its place; `checks` is
# counted up to find out whether a log that could not be written is back.
LOG = """
CREATE TABLE log (
    id TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),
    checks INTEGER NOT NULL DEFAULT 0
) STRICT
"""


def m001_events_and_read_models(db: Connection) -> None:
    for statement in (
        EVENTS,
        EVENTS_ONLY_FOLLOW,
        EVENTS_STAY,
        EVENTS_NEVER_CHANGE,
        INTERVIEWS,
        HEADS,
        FINGERPRINTS,
        LOG,
        "INSERT INTO log DEFAULT VALUES",
    ):
        db.execute(statement)


NODES = """
CREATE TABLE nodes (
    level INTEGER NOT NULL,
    position INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, position)
) STRICT, WITHOUT ROWID
"""

NODES_STAY = """
CREATE TRIGGER nodes_stay BEFORE DELETE ON nodes
BEGIN SELECT raise(ABORT, 'the tree is append-only: a node is never deleted'); END
"""

NODES_NEVER_CHANGE = """
CREATE TRIGGER nodes_never_change BEFORE UPDATE ON nodes
BEGIN SELECT raise(ABORT, 'the tree is append-only: a node is never changed'); END
"""

NODES_ARE_NEW = """
CREATE TRIGGER nodes_are_new BEFORE INSERT ON nodes
WHEN EXISTS (SELECT 1 FROM nodes WHERE level = NEW.level AND position = NEW.position)
BEGIN SELECT raise(ABORT, 'the tree is append-only: a node is never replaced'); END
"""


def m002_tree(db: Connection) -> None:
    for statement in (NODES, NODES_STAY, NODES_NEVER_CHANGE, NODES_ARE_NEW):
        db.execute(statement)
    for position, leaf in db.execute("SELECT position, leaf FROM events ORDER BY position"):
        put_nodes(db, position, [leaf])


# The one change a row may go through: its words are taken from it, once the interview's own
# ContentForgotten is in the log.
EVENTS_ONLY_FORGET = """
CREATE TRIGGER events_only_forget BEFORE UPDATE ON events
WHEN NOT (
    NEW.payload IS NULL AND NEW.salt IS NULL
    AND NEW.position IS OLD.position AND NEW.interview_id IS OLD.interview_id
    AND NEW.version IS OLD.version AND NEW.kind IS OLD.kind
    AND NEW.schema_version IS OLD.schema_version AND NEW.time IS OLD.time
    AND NEW.commitment IS OLD.commitment AND NEW.leaf IS OLD.leaf
    AND OLD.kind NOT IN ('interview-held', 'interview-released', 'content-forgotten')
    AND EXISTS (SELECT 1 FROM events WHERE interview_id = OLD.interview_id
                AND version > OLD.version AND kind = 'content-forgotten')
)
BEGIN SELECT raise(ABORT, 'the event log is append-only: a record only loses forgotten words'); END
"""

CHECKPOINTS = """
CREATE TABLE checkpoints (
    size INTEGER PRIMARY KEY,
    note TEXT NOT NULL
) STRICT
"""

# OR REPLACE would delete without a delete trigger.
CHECKPOINTS_ONLY_FOLLOW = """
CREATE TRIGGER checkpoints_only_follow BEFORE INSERT ON checkpoints
WHEN NEW.size <= (SELECT max(size) FROM checkpoints)
BEGIN SELECT raise(ABORT, 'a checkpoint is never replaced'); END
"""

CHECKPOINTS_STAY = """
CREATE TRIGGER checkpoints_stay BEFORE DELETE ON checkpoints
BEGIN SELECT raise(ABORT, 'a checkpoint is never deleted'); END
"""

CHECKPOINTS_NEVER_CHANGE = """
CREATE TRIGGER checkpoints_never_change BEFORE UPDATE ON checkpoints
BEGIN SELECT raise(ABORT, 'a checkpoint is never changed'); END
"""

# `scrubs_due` counts the forgettings that may have left something in the file's bytes.
SCRUBS_DUE = "ALTER TABLE log ADD COLUMN scrubs_due INTEGER NOT NULL DEFAULT 0"

# To forget an interview's fingerprints, and to check them, without looking through all of them.
FINGERPRINTS_BY_INTERVIEW = (
    "CREATE INDEX fingerprints_by_interview ON fingerprints (first_position)"
)

# `sources` are names of backends, joined by commas, in the order in which they first spoke.
MORE_OF_INTERVIEWS = (
    "ALTER TABLE interviews ADD COLUMN on_hold INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE interviews ADD COLUMN sources TEXT NOT NULL DEFAULT ''",
)

SPOKEN = """
SELECT interview_id, json_extract(payload, '$.origin.backend') AS backend
FROM events WHERE kind IN ('question-asked', 'interview-completed', 'summary-given')
AND backend IS NOT NULL ORDER BY position
"""


def m003_custody(db: Connection) -> None:
    for statement in (
        "DROP TRIGGER events_never_change",
        EVENTS_ONLY_FORGET,
        CHECKPOINTS,
        CHECKPOINTS_ONLY_FOLLOW,
        CHECKPOINTS_STAY,
        CHECKPOINTS_NEVER_CHANGE,
        SCRUBS_DUE,
        FINGERPRINTS_BY_INTERVIEW,
        *MORE_OF_INTERVIEWS,
    ):
        db.execute(statement)
    sources: dict[str, dict[str, None]] = {}
    for interview_id, backend in db.execute(SPOKEN):
        sources.setdefault(interview_id, {})[backend] = None
    for interview_id, backends in sources.items():
        db.execute(
            "UPDATE interviews SET sources = ? WHERE interview_id = ?",
            [",".join(backends), interview_id],
        )


# The last time at which the machine's clock was believed, as events have theirs; NULL where
# retention never asked.
CLOCK = "ALTER TABLE log ADD COLUMN clock TEXT"


def m004_clock(db: Connection) -> None:
    db.execute(CLOCK)


# What has been shown of replies that are under way.
DRAFTS = """
CREATE TABLE drafts (
    interview_id TEXT PRIMARY KEY,
    length INTEGER NOT NULL,
    backend TEXT NOT NULL,
    model TEXT,
    shown TEXT NOT NULL,
    of_summary INTEGER NOT NULL
) STRICT
"""


def m005_drafts(db: Connection) -> None:
    db.execute(DRAFTS)


# Who began an interview, where they had signed in. A candidate's own interviews are looked up in
# the index alone, so that another's interview takes as long as one that nobody has.
STARTED_BY = (
    "ALTER TABLE interviews ADD COLUMN started_by TEXT",
    "CREATE INDEX interviews_by_starter ON interviews (started_by, interview_id) "
    "WHERE started_by IS NOT NULL",
)

EVENTS_KEEP_WHO_HAS_A_COPY = EVENTS_ONLY_FORGET.replace(
    "'content-forgotten')\n", "'content-forgotten', 'interview-exported')\n", 1
)


def m006_who_acted(db: Connection) -> None:
    for statement in (
        *STARTED_BY,
        "DROP TRIGGER events_only_forget",
        EVENTS_KEEP_WHO_HAS_A_COPY,
    ):
        db.execute(statement)


# Whose an interview is, with which kit, and whether it is practice.
BRIEFS = (
    "ALTER TABLE interviews ADD COLUMN candidate_name TEXT",
    "ALTER TABLE interviews ADD COLUMN kit TEXT",
    "ALTER TABLE interviews ADD COLUMN practice INTEGER NOT NULL DEFAULT 0",
)
FILL_BRIEFS = """
UPDATE interviews SET candidate_name = json_extract(payload, '$.brief.candidateName'),
    kit = json_extract(payload, '$.brief.kit'),
    practice = coalesce(json_extract(payload, '$.brief.practice'), 0)
FROM events WHERE position = first_position AND kind = 'interview-started'
    AND payload LIKE '{"brief":%' AND json_valid(payload)
"""


def m007_briefs(db: Connection) -> None:
    for statement in BRIEFS:
        db.execute(statement)
    db.execute(FILL_BRIEFS)


# To find the forks of an interview without looking through the list. It has no row for an interview
# that was not adopted, and costs its appends nothing.
ADOPTED = "CREATE INDEX interviews_adopted ON interviews (first_position) WHERE adopted"


def m008_adopted(db: Connection) -> None:
    db.execute(ADOPTED)


STEPS: Final = (
    m001_events_and_read_models,
    m002_tree,
    m003_custody,
    m004_clock,
    m005_drafts,
    m006_who_acted,
    m007_briefs,
    m008_adopted,
)
NAMES: Final = frozenset(step.__name__ for step in STEPS)


def steps_taken(db: Connection) -> set[str]:
    """Return the names of the steps that the log in `db` has taken. Raises sqlite3.Error."""
    if db.execute(HAS_ANY).fetchone() is None:
        return set()
    return {name for (name,) in db.execute(TAKEN, [SET])}
