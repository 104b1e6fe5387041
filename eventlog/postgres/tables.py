"""The SQL of a log's tables.

`events` is the log without its words, `words` what was said, `nodes` the tree over its leaves,
`checkpoints` the signed heads it was sealed with, `head` where the next event goes. `interviews`,
`starters` and `fingerprints` are read models, derived from them.
"""

from typing import Final

PARTITION: Final = 100_000
"""How many positions one partition of `words` holds."""

LOG = """
CREATE TABLE interview_log.log (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    id text COLLATE "C" NOT NULL DEFAULT replace(gen_random_uuid()::text, '-', ''),
    clock text COLLATE "C",
    CHECK (id ~ '^[0-9a-f]{32}$')
);
INSERT INTO interview_log.log DEFAULT VALUES
"""

# Most of each page stays free, so that the next version of the row finds room beside it and no
# index has to follow.
HEAD = """
CREATE TABLE interview_log.head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    size bigint NOT NULL,
    frontier bytea NOT NULL,
    room bigint NOT NULL
) WITH (fillfactor = 10);
INSERT INTO interview_log.head (size, frontier, room) VALUES (0, '', 0)
"""

# The step that a gateway must know to write. It is here because whoever appends reads this row.
NEEDS = """
ALTER TABLE interview_log.head ADD COLUMN needs text COLLATE "C" NOT NULL DEFAULT 's001_log'
"""

EVENTS = """
CREATE TABLE interview_log.events (
    position bigint PRIMARY KEY,
    interview_id text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    kind text COLLATE "C" NOT NULL,
    schema_version integer NOT NULL,
    time text COLLATE "C" NOT NULL,
    commitment bytea NOT NULL,
    leaf bytea NOT NULL,
    UNIQUE (interview_id, version)
)
"""

# No statistics: PostgreSQL would keep samples of the words among them, where nobody erases them.
WORDS = """
CREATE TABLE interview_log.words (
    position bigint PRIMARY KEY,
    payload text COLLATE "C" NOT NULL,
    salt bytea NOT NULL
) PARTITION BY RANGE (position);
ALTER TABLE interview_log.words
    ALTER COLUMN payload SET STATISTICS 0, ALTER COLUMN salt SET STATISTICS 0
"""

NODES = """
CREATE TABLE interview_log.nodes (
    level integer NOT NULL,
    position bigint NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (level, position)
)
"""

CHECKPOINTS = """
CREATE TABLE interview_log.checkpoints (
    size bigint PRIMARY KEY,
    note text COLLATE "C" NOT NULL
)
"""

# `session_version` is the version at which the interview reached the session it stands at; the
# fingerprint of that is in `fingerprints`. NULL while it is the interviewer's turn, or forgotten.
INTERVIEWS = """
CREATE TABLE interview_log.interviews (
    interview_id text COLLATE "C" PRIMARY KEY,
    first_position bigint NOT NULL UNIQUE,
    role text COLLATE "C" NOT NULL,
    model text COLLATE "C",
    total_questions integer NOT NULL,
    state text COLLATE "C" NOT NULL,
    questions_asked integer NOT NULL,
    answers_given integer NOT NULL,
    adopted boolean NOT NULL,
    on_hold boolean NOT NULL,
    sources text[] COLLATE "C" NOT NULL,
    version integer NOT NULL,
    started_at text COLLATE "C" NOT NULL,
    updated_at text COLLATE "C" NOT NULL,
    session_version integer
) WITH (fillfactor = 70)
"""

# Who began an interview is forgotten with its words. It stands in small partitions, which can be
# written anew without keeping anybody waiting.
STARTERS = """
CREATE TABLE interview_log.starters (
    interview_id text COLLATE "C" PRIMARY KEY,
    started_by text COLLATE "C" NOT NULL,
    first_position bigint NOT NULL
) PARTITION BY HASH (interview_id);
CREATE INDEX starters_by_starter ON interview_log.starters (started_by, interview_id);
ALTER TABLE interview_log.starters ALTER COLUMN started_by SET STATISTICS 0
"""

# A name is as much a person's as who began the interview, and is forgotten with it. No release
# before this step wrote of either, so the defaults tell of all that was begun until then.
BRIEFS = """
ALTER TABLE interview_log.interviews
    ADD COLUMN kit text COLLATE "C",
    ADD COLUMN practice boolean NOT NULL DEFAULT false;
ALTER TABLE interview_log.starters
    ALTER COLUMN started_by DROP NOT NULL,
    ADD COLUMN candidate_name text COLLATE "C";
ALTER TABLE interview_log.starters ALTER COLUMN candidate_name SET STATISTICS 0;
DO $$
BEGIN
    FOR part IN 0 .. 15 LOOP
        EXECUTE format('ALTER TABLE interview_log.starters_%s '
            'ALTER COLUMN candidate_name SET STATISTICS 0', part);
    END LOOP;
END $$
"""

# To find the forks of an interview without looking through the list. It has no row for an interview
# that was not adopted, and costs its appends nothing.
ADOPTED = """
CREATE INDEX interviews_adopted ON interview_log.interviews (first_position) WHERE adopted
"""

FINGERPRINTS = """
CREATE TABLE interview_log.fingerprints (
    fingerprint bytea NOT NULL,
    first_position bigint NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (fingerprint, first_position, version)
) PARTITION BY HASH (fingerprint);
CREATE INDEX fingerprints_by_interview ON interview_log.fingerprints (first_position);
ALTER TABLE interview_log.fingerprints ALTER COLUMN fingerprint SET STATISTICS 0
"""

HASH_PARTITIONS = """
DO $$
DECLARE
    parent text; column_name text; parts int; part int;
BEGIN
    FOR parent, column_name, parts IN
        VALUES ('starters', 'started_by', 16), ('fingerprints', 'fingerprint', 32)
    LOOP
        FOR part IN 0 .. parts - 1 LOOP
            EXECUTE format(
                'CREATE TABLE interview_log.%1$s_%2$s PARTITION OF interview_log.%1$s '
                'FOR VALUES WITH (MODULUS %3$s, REMAINDER %2$s)', parent, part, parts);
            EXECUTE format(
                'ALTER TABLE interview_log.%s_%s ALTER COLUMN %s SET STATISTICS 0',
                parent, part, column_name);
        END LOOP;
    END LOOP;
END $$
"""

# It leaves no words in the server's own log of changes, and the rows go when the server crashes.
DRAFTS = """
CREATE UNLOGGED TABLE interview_log.drafts (
    interview_id text COLLATE "C" PRIMARY KEY,
    length integer NOT NULL,
    backend text COLLATE "C" NOT NULL,
    model text COLLATE "C",
    shown text COLLATE "C" NOT NULL,
    of_summary boolean NOT NULL,
    kept_by text COLLATE "C",
    kept_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE interview_log.drafts ALTER COLUMN shown SET STATISTICS 0
"""

# Which gateway makes which reply. Like the drafts, the rows go when the server crashes. Renewals
# are to find room in the page, and dead rows are to go soon: a move makes three.
CLAIMS = """
CREATE UNLOGGED TABLE interview_log.claims (
    interview_id text COLLATE "C" PRIMARY KEY,
    length integer NOT NULL,
    of_summary boolean NOT NULL,
    holder text COLLATE "C" NOT NULL,
    renewed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    phase text COLLATE "C" NOT NULL DEFAULT '',
    backend text COLLATE "C" NOT NULL DEFAULT '',
    model text COLLATE "C",
    shown_there boolean NOT NULL DEFAULT false,
    is_watched boolean NOT NULL DEFAULT false,
    is_stopped boolean NOT NULL DEFAULT false,
    wanted_at timestamptz
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)
"""

# Which tables still hold dead rows of a forgetting, whose event stands at `position`, and the
# transaction that deleted them.
SCRUBS = """
CREATE TABLE interview_log.scrubs (
    position bigint NOT NULL,
    holder text COLLATE "C" NOT NULL,
    deleted_in xid8 NOT NULL,
    PRIMARY KEY (position, holder)
)
"""
