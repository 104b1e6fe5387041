"""The SQL of what guards a log's tables: triggers that let nothing but the next event in, and the
functions by which alone words are deleted."""

from typing import Final

from eventlog.postgres.tables import PARTITION

APPEND_ONLY: Final = "the event log is append-only"

# An internal function must find our tables only, whatever the caller's search_path says.
FIXED_PATH = "SET search_path = pg_catalog, pg_temp"

STAY = f"""
CREATE FUNCTION interview_log.refuse_change() RETURNS trigger LANGUAGE plpgsql {FIXED_PATH} AS $$
BEGIN
    RAISE EXCEPTION '{APPEND_ONLY}: rows of % are never changed or deleted', TG_TABLE_NAME;
END $$;
CREATE TRIGGER events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON interview_log.events
    EXECUTE FUNCTION interview_log.refuse_change();
CREATE TRIGGER nodes_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON interview_log.nodes
    EXECUTE FUNCTION interview_log.refuse_change();
CREATE TRIGGER checkpoints_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON interview_log.checkpoints
    EXECUTE FUNCTION interview_log.refuse_change();
CREATE TRIGGER log_stays BEFORE DELETE OR TRUNCATE ON interview_log.log
    EXECUTE FUNCTION interview_log.refuse_change();
CREATE TRIGGER head_stays BEFORE DELETE OR TRUNCATE ON interview_log.head
    EXECUTE FUNCTION interview_log.refuse_change();
CREATE TRIGGER head_only_grows BEFORE UPDATE ON interview_log.head
    FOR EACH ROW WHEN (NEW.size < OLD.size OR NEW.room < OLD.room)
    EXECUTE FUNCTION interview_log.refuse_change();
CREATE TRIGGER words_stay BEFORE UPDATE OR TRUNCATE ON interview_log.words
    EXECUTE FUNCTION interview_log.refuse_change();
CREATE TRIGGER words_never_change BEFORE UPDATE ON interview_log.words
    FOR EACH ROW EXECUTE FUNCTION interview_log.refuse_change()
"""

# A log that has begun keeps its id, by which it signs.
ID_STAYS = f"""
CREATE FUNCTION interview_log.keep_id() RETURNS trigger LANGUAGE plpgsql {FIXED_PATH} AS $$
BEGIN
    IF (SELECT size FROM interview_log.head WHERE one) > 0
        OR EXISTS (SELECT FROM interview_log.checkpoints) THEN
        RAISE EXCEPTION '{APPEND_ONLY}: it keeps its id';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER log_keeps_its_id BEFORE UPDATE ON interview_log.log
    FOR EACH ROW WHEN (NEW.id <> OLD.id) EXECUTE FUNCTION interview_log.keep_id()
"""

# By the indexes only, and never compiled (the cost that keeps a table from being read as a whole
# looks worth it): the plan of a function is kept, and may have been made while the table was
# so small that reading all of it seemed cheap. By induction, a version that follows one before
# it leaves no gap.
EVENTS_ONLY_FOLLOW = f"""
CREATE FUNCTION interview_log.check_events_follow() RETURNS trigger LANGUAGE plpgsql
    {FIXED_PATH} SET enable_seqscan = off SET jit = off AS $$
DECLARE
    first bigint; last bigint; many bigint;
BEGIN
    SELECT min(position), max(position), count(*) INTO first, last, many FROM added;
    IF many > 0 AND (
        last - first + 1 <> many
        OR first <> (SELECT size FROM interview_log.head WHERE one)
        OR first > 0 AND NOT EXISTS (SELECT FROM interview_log.events WHERE position = first - 1)
        OR last <> (SELECT max(position) FROM interview_log.events)
        OR EXISTS (
            SELECT FROM added WHERE version <> 1 + coalesce(
                (SELECT max(version) FROM interview_log.events AS before
                 WHERE before.interview_id = added.interview_id
                 AND before.version < added.version AND before.position < added.position), 0)
        )
    ) THEN
        RAISE EXCEPTION '{APPEND_ONLY}: a record must follow the last';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER events_only_follow AFTER INSERT ON interview_log.events
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION interview_log.check_events_follow()
"""

# The head moves last in a commit, so a word that comes behind it comes with its event. Words
# that were forgotten cannot be put back.
WORDS_COME_WITH_EVENTS = f"""
CREATE FUNCTION interview_log.check_words_follow() RETURNS trigger LANGUAGE plpgsql
    {FIXED_PATH} AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added WHERE position < (SELECT size FROM interview_log.head WHERE one)
    ) THEN
        RAISE EXCEPTION '{APPEND_ONLY}: words are only added with their event';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER words_only_follow AFTER INSERT ON interview_log.words
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION interview_log.check_words_follow()
"""

WORDS_ARE_ONLY_FORGOTTEN = f"""
CREATE FUNCTION interview_log.check_forgotten() RETURNS trigger LANGUAGE plpgsql
    {FIXED_PATH} SET enable_seqscan = off SET jit = off AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM interview_log.events AS said JOIN interview_log.events AS forgot
        USING (interview_id)
        WHERE said.position = OLD.position AND forgot.version > said.version
        AND forgot.kind = 'content-forgotten' AND said.kind NOT IN (
            'interview-held', 'interview-released', 'content-forgotten', 'interview-exported')
    ) THEN
        RAISE EXCEPTION '{APPEND_ONLY}: only words of a forgotten interview are deleted';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER words_are_only_forgotten BEFORE DELETE ON interview_log.words
    FOR EACH ROW EXECUTE FUNCTION interview_log.check_forgotten()
"""

CHECKPOINTS_ONLY_FOLLOW = f"""
CREATE FUNCTION interview_log.check_checkpoint_follows() RETURNS trigger LANGUAGE plpgsql
    {FIXED_PATH} AS $$
BEGIN
    IF NEW.size <= (SELECT max(size) FROM interview_log.checkpoints) THEN
        RAISE EXCEPTION '{APPEND_ONLY}: a checkpoint must cover more than the last';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER checkpoints_only_follow BEFORE INSERT ON interview_log.checkpoints
    FOR EACH ROW EXECUTE FUNCTION interview_log.check_checkpoint_follows()
"""

# CREATE and then ATTACH: CREATE … PARTITION OF would lock out everybody who reads.
MAKE_ROOM = f"""
CREATE FUNCTION interview_log.make_room(wanted bigint) RETURNS bigint LANGUAGE plpgsql
    SECURITY DEFINER {FIXED_PATH} AS $$
DECLARE
    have bigint; next bigint; name text; reader text;
BEGIN
    SELECT room INTO have FROM interview_log.head WHERE one FOR UPDATE;
    IF wanted > (SELECT size FROM interview_log.head WHERE one) + 10 * {PARTITION} THEN
        RAISE EXCEPTION 'that is more room than the log needs';
    END IF;
    WHILE have < wanted LOOP
        next := have + {PARTITION};
        name := 'words_' || have / {PARTITION};
        EXECUTE format(
            'CREATE TABLE interview_log.%I (LIKE interview_log.words INCLUDING ALL, '
            'CONSTRAINT range CHECK (position >= %s AND position < %s))', name, have, next);
        EXECUTE format(
            'ALTER TABLE interview_log.%I ALTER COLUMN payload SET STATISTICS 0, '
            'ALTER COLUMN salt SET STATISTICS 0', name);
        EXECUTE format(
            'ALTER TABLE interview_log.words ATTACH PARTITION interview_log.%I '
            'FOR VALUES FROM (%s) TO (%s)', name, have, next);
        EXECUTE format('ALTER TABLE interview_log.%I DROP CONSTRAINT range', name);
        -- Who may read all words may read these.
        FOR reader IN
            SELECT grantee::regrole::text FROM pg_class, aclexplode(relacl)
            WHERE oid = 'interview_log.words'::regclass AND grantee NOT IN (0, relowner)
            AND privilege_type = 'SELECT'
        LOOP
            EXECUTE format('GRANT SELECT ON interview_log.%I TO %s', name, reader);
        END LOOP;
        EXECUTE format(
            'CREATE TRIGGER words_stay BEFORE UPDATE OR TRUNCATE ON interview_log.%I '
            'EXECUTE FUNCTION interview_log.refuse_change()', name);
        have := next;
    END LOOP;
    UPDATE interview_log.head SET room = have WHERE one AND room < have;
    RETURN have;
END $$;
REVOKE ALL ON FUNCTION interview_log.make_room(bigint) FROM PUBLIC;
SELECT interview_log.make_room({PARTITION})
"""

# The only way for a gateway's role to delete anything of the log.
FORGET_WORDS = f"""
CREATE FUNCTION interview_log.forget_words(forgotten text) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER {FIXED_PATH} SET enable_seqscan = off SET jit = off AS $$
DECLARE
    last bigint; said bigint[]; began bigint;
BEGIN
    SELECT max(position) INTO last FROM interview_log.events
        WHERE interview_id = forgotten AND kind = 'content-forgotten';
    IF last IS NULL THEN
        RAISE EXCEPTION '{APPEND_ONLY}: this interview is not forgotten';
    END IF;
    SELECT array_agg(position) FILTER (
            WHERE position < last AND kind NOT IN (
                'interview-held', 'interview-released', 'content-forgotten', 'interview-exported')
        ), min(position)
        INTO said, began FROM interview_log.events WHERE interview_id = forgotten;
    WITH gone AS (
        DELETE FROM interview_log.words WHERE position = ANY (said) RETURNING tableoid
    ), lost AS (
        DELETE FROM interview_log.fingerprints WHERE first_position = began RETURNING tableoid
    ), nobodys AS (
        DELETE FROM interview_log.starters WHERE interview_id = forgotten RETURNING tableoid
    )
    INSERT INTO interview_log.scrubs (position, holder, deleted_in)
        SELECT last, relname, pg_current_xact_id() FROM pg_class WHERE oid IN (
            TABLE gone UNION TABLE lost UNION TABLE nobodys
            UNION SELECT 'interview_log.drafts'::regclass
            UNION SELECT 'interview_log.claims'::regclass)
        ON CONFLICT (position, holder) DO UPDATE SET deleted_in = excluded.deleted_in;
END $$;
REVOKE ALL ON FUNCTION interview_log.forget_words(text) FROM PUBLIC
"""

# As VACUUM FULL does, but in a transaction, which can limit how long it waits for those who use the
# table; and by the owner's rights, which a gateway's role does not have.
REWRITE_SCRUBBED = f"""
CREATE FUNCTION interview_log.rewrite_scrubbed(scrubbed text) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER {FIXED_PATH} AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM interview_log.scrubs WHERE holder = scrubbed) THEN
        RAISE EXCEPTION 'nothing was forgotten in this table';
    END IF;
    EXECUTE format('CLUSTER interview_log.%I USING %I', scrubbed, (
        SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid
        WHERE indrelid = format('interview_log.%I', scrubbed)::regclass AND indisprimary));
END $$;
REVOKE ALL ON FUNCTION interview_log.rewrite_scrubbed(text) FROM PUBLIC
"""
