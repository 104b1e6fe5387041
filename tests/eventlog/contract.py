"""What every event log promises, as one suite: subclass it with a fixture `new_log`."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import chain, repeat
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventlog import reading
from eventlog.checkpoints import signed_checkpoint
from eventlog.drafts import ReplyDraft
from eventlog.errors import ReservedId, VersionConflict, WordsForgotten
from eventlog.keychanges import LOG_STREAM
from eventlog.memory import MemoryEventLog
from eventlog.notes import Checkpoint
from eventlog.protocol import Appended, EventLog
from eventlog.readmodels import FingerprintMatch, Overview, OverviewPage
from eventlog.searching import Found
from eventlog.times import to_text
from eventlog.tree import is_consistent, is_included
from statemachine.assessment import CriterionResult, Quotation
from statemachine.commands import forget_content, give_answer, give_summary, start_interview
from statemachine.errors import IllegalMove
from statemachine.events import (
    AssessmentGiven,
    ContentForgotten,
    Ending,
    Event,
    ExportFormat,
    Fork,
    InterviewExported,
    InterviewHeld,
    InterviewReleased,
    SessionAdopted,
)
from statemachine.interview import Interview, replay
from statemachine.roles import DATA_ANALYST, FIELD_ROLES, PRODUCT_MANAGER, SOFTWARE_ENGINEER, Role
from statemachine.session import Config
from statemachine.states import State
from tests.depth import examples
from tests.eventlog.interviews import (
    AT,
    OPENING,
    REFUSAL,
    TEMPLATES,
    WHOLE,
    adopt,
    ask,
    close,
    legal_moves,
    listed,
    new_id,
    practise,
    sessions_of,
    start,
    tell,
)
from tests.eventlog.running import in_loop

WORDS = [
    "Zoë 🦊👩‍👩‍👧 한국어 \U0010fffd",
    "line\u2028separator\u2029paragraph\ufeffmark",
    "\x01\x07\x1b[31m\x7f\x85\r\n\t",
    "e\u0301 is not \u00e9",
    "  space before and after  ",
    'a "quoted" \\u0041 \\ \'); DROP TABLE events; --',
]

# Few interviews and fewer words, so that different interviews come to stand at the same ones.
MOVES = st.lists(
    st.tuples(st.integers(0, 20), st.sampled_from(["yes", "no"])), min_size=1, max_size=3
)
APPENDS = st.lists(st.tuples(st.integers(0, 3), MOVES), max_size=15)


async def contents(log: EventLog) -> Any:
    """All that the log tells of what was appended to it."""
    return await log.records_from(0, 10_000), await listed(log, limit=10_000)


class EventLogContract:
    @pytest.fixture
    def log(self, new_log: Callable[[], EventLog]) -> Iterator[EventLog]:
        log = new_log()
        yield log
        asyncio.run(log.close())

    # Holding and forgetting

    @in_loop
    async def test_forgotten_words_are_gone_and_their_evidence_stays(self, log: EventLog) -> None:
        id, other = new_id(), new_id()
        await tell(log, other, *WHOLE)
        whole = await tell(log, id, *WHOLE, REFUSAL)
        before = await log.records(id)
        root = await log.root(await log.head())
        await tell(log, id, forget_content(whole, "It was asked for."))
        *after, forgetting = await log.records(id)
        assert after == [replace(record, payload=None, salt=None) for record in before]
        assert forgetting.event == forget_content(whole, "It was asked for.")
        assert await log.root(len(before) * 2 - 1) == root
        assert all(record.payload for record in await log.records(other))
        with pytest.raises(WordsForgotten):
            _ = after[0].event

    @in_loop
    async def test_a_forgotten_interview_is_known_by_its_counts_and_takes_nothing_more(
        self, log: EventLog
    ) -> None:
        id = new_id()
        whole = await tell(log, id, *WHOLE)
        await tell(log, id, forget_content(whole, "It was asked for."))
        interview = await log.interview(id)
        assert interview is not None
        assert (interview.is_forgotten, interview.answers_given) == (True, 2)
        row = await log.overview(id)
        assert row is not None
        assert (row.state, row.model, row.sources) == ("forgotten", None, ())
        with pytest.raises(IllegalMove):
            await log.append(id, interview.version, [REFUSAL], AT)

    @in_loop
    async def test_a_forgotten_session_is_found_no_more(self, log: EventLog) -> None:
        id = new_id()
        whole = await tell(log, id, *WHOLE)
        asked = replay(OPENING, id=id).session
        await tell(log, id, forget_content(whole, "It was asked for."))
        assert await log.find_current(whole.session.fingerprint()) is None
        assert await log.find(asked.fingerprint()) is None
        assert await log.find(asked.move_fingerprint("Because.")) is None

    @in_loop
    async def test_a_hold_keeps_the_words_and_outlives_them(self, log: EventLog) -> None:
        id = new_id()
        held = await tell(log, id, *WHOLE, InterviewHeld(reason="A court asks."))
        with pytest.raises(IllegalMove):
            await tell(log, id, forget_content(held, "It was asked for."))
        assert [row.on_hold for row in await listed(log)] == [True]
        released = await tell(log, id, InterviewReleased(reason="It is done."))
        await tell(log, id, forget_content(released, "It was asked for."))
        kept = [record.kind for record in await log.records(id) if record.payload]
        assert kept == ["interview-held", "interview-released", "content-forgotten"]
        assert [row.on_hold for row in await listed(log)] == [False]

    @in_loop
    async def test_where_nobody_reads_a_scrub_leaves_nothing(self, log: EventLog) -> None:
        assert await log.scrub()
        whole = await tell(log, new_id(), *WHOLE)
        assert whole.id is not None
        await tell(log, whole.id, forget_content(whole, "It was asked for."))
        assert await log.scrub()
        assert await log.scrub()
        assert await log.scrubs_due() == 0

    @in_loop
    async def test_the_complete_and_released_are_expired_from_their_completion_on(
        self, log: EventLog
    ) -> None:
        whole, held, running, adopted, summed_up = (new_id() for _ in range(5))
        await tell(log, whole, *WHOLE)
        await tell(log, held, *WHOLE, InterviewHeld(reason="A court asks."))
        await tell(log, running, *OPENING)
        await tell(log, adopted, adopt(replay(WHOLE).session, adopted))
        done = await tell(log, summed_up, *WHOLE)
        late = give_summary(done, "Well done.", origin=TEMPLATES)
        await tell(log, summed_up, late, at=AT + timedelta(days=3))
        assert await log.expired(to_text(AT), to_text(AT)) == []
        after = to_text(AT + timedelta(milliseconds=1))
        # As of the days before the summary: it says nothing of when the others were complete.
        assert await log.expired(after, after) == [whole, adopted, summed_up]

    @in_loop
    async def test_an_interview_with_the_time_of_a_clock_that_was_behind_is_not_expired(
        self, log: EventLog
    ) -> None:
        before, now = (to_text(AT + timedelta(days=days)) for days in (-10, 20))
        old, ahead, behind, newest = (new_id() for _ in range(4))
        await tell(log, old, *WHOLE, at=AT - timedelta(days=20))
        await tell(log, ahead, *OPENING, at=AT + timedelta(days=9_000))  # by a clock ahead
        assert await log.expired(before, now) == [old]
        await tell(log, ahead, *WHOLE[len(OPENING) :], at=AT - timedelta(days=20))
        assert await log.expired(before, now) == [old, ahead]
        await tell(log, new_id(), *OPENING)
        await tell(log, behind, *WHOLE, at=AT - timedelta(days=20_000))
        await tell(log, newest, *WHOLE)
        assert await log.expired(before, now) == [old, ahead]
        later = to_text(AT + timedelta(days=1))
        assert await log.expired(later, now) == [old, ahead, behind, newest]

    @in_loop
    async def test_the_days_on_which_interviews_were_conducted_are_known(
        self, log: EventLog
    ) -> None:
        assert await log.busy_days() == []
        minute, day = timedelta(minutes=1), timedelta(days=1)
        held = new_id()
        await tell(log, held, *OPENING, at=AT + day)
        await tell(log, new_id(), *WHOLE, at=AT - 9 * day)
        await tell(log, new_id(), *WHOLE, at=AT)
        await tell(log, new_id(), *WHOLE, at=AT + minute)
        assert await log.busy_days() == [AT - 9 * day, AT + minute, AT + day]
        await tell(log, held, InterviewHeld(reason="A court asks."), at=AT + 3 * day)
        assert await log.busy_days() == [AT - 9 * day, AT + minute, AT + day, AT + 3 * day]

    @in_loop
    async def test_the_last_time_that_was_believed_is_kept(self, log: EventLog) -> None:
        assert await log.clock() is None
        for at in (AT, AT + timedelta(days=1), AT - timedelta(days=1)):
            await log.keep_clock(at)
            assert await log.clock() == at
        assert await log.head() == 0

    @in_loop
    async def test_a_draft_is_kept_until_its_reply_is_in_the_log(self, log: EventLog) -> None:
        id = new_id()
        draft = ReplyDraft(id, 2, "ollama", "llama3.2:1b", "Hello, I", of_summary=False)
        await log.keep_drafts([draft])
        assert await log.drafts() == [], "a draft of an unknown interview"
        await tell(log, id, start())
        await log.keep_drafts([draft])
        longer = replace(draft, shown="Hello, I am")
        await log.keep_drafts([longer])
        await tell(log, id, REFUSAL)
        assert await log.drafts() == [longer]
        await tell(log, id, ask(1))
        assert await log.drafts() == []
        assert await log.head() == 3

    @in_loop
    async def test_a_draft_can_be_dropped(self, log: EventLog) -> None:
        id = new_id()
        await tell(log, id, start())
        await log.keep_drafts([ReplyDraft(id, 2, "ollama", None, "Hello", of_summary=False)])
        await log.drop_draft(id)
        assert await log.drafts() == []

    @in_loop
    async def test_a_draft_of_a_forgotten_interview_is_gone_and_does_not_come_back(
        self, log: EventLog
    ) -> None:
        id = new_id()
        begun = await tell(log, id, start())
        draft = ReplyDraft(id, 2, "ollama", None, "Hello", of_summary=False)
        await log.keep_drafts([draft])
        await tell(log, id, forget_content(begun, "It was asked for."))
        assert await log.drafts() == []
        await log.keep_drafts([draft])
        assert await log.drafts() == []

    @in_loop
    async def test_the_forks_of_an_interview_are_known(self, log: EventLog) -> None:
        first = await tell(log, new_id(), *OPENING)
        assert first.id is not None
        fork, stranger = new_id(), new_id()
        left = Fork(interview_id=first.id, version=2)
        await tell(log, fork, adopt(first.session, fork).model_copy(update={"forked_from": left}))
        await tell(log, stranger, adopt(first.session, stranger))
        assert await log.forks_of(first.id) == [fork]
        assert await log.forks_of(fork) == []

    @in_loop
    async def test_a_record_is_found_by_its_version(self, log: EventLog) -> None:
        whole = await tell(log, new_id(), *WHOLE)
        assert whole.id is not None
        records = await log.records(whole.id)
        found = [await log.record(whole.id, version) for version in range(1, len(WHOLE) + 1)]
        assert found == records
        assert await log.record(whole.id, len(WHOLE) + 1) is None
        assert await log.record(new_id(), 1) is None

    @in_loop
    async def test_interviews_are_found_by_how_their_ids_begin(self, log: EventLog) -> None:
        ids = sorted([f"{begin}{new_id()[2:]}" for begin in ("aa", "ab", "ab", "b0")])
        for id in ids:
            await tell(log, id, *OPENING)
        assert await log.beginning_with("a", 10) == ids[:3]
        assert await log.beginning_with("ab", 1) == ids[1:2]
        assert await log.beginning_with(ids[3], 10) == ids[3:]
        assert await log.beginning_with("c", 10) == []

    # Checkpoints in the log

    @in_loop
    async def test_a_seal_is_kept_in_the_log_once_for_each_head(self, log: EventLog) -> None:
        await tell(log, new_id(), *WHOLE)
        first = await log.seal()
        assert await log.seal() == first
        await tell(log, new_id(), *OPENING)
        second = await log.seal()
        assert (await log.kept_checkpoints())[-2:] == [first, second]
        verifier = (await log.signer()).verifier
        assert Checkpoint.parse(verifier.open(second)).size == len(WHOLE) + len(OPENING)

    # The key, and the log's own events

    @in_loop
    async def test_a_new_key_signs_from_its_change_on(self, log: EventLog) -> None:
        await tell(log, new_id(), *WHOLE)
        before = await log.seal()
        old = (await log.signer()).verifier
        changed = await log.change_key("It may be known to others.", AT)
        new = (await log.signer()).verifier
        assert (changed.change.old, changed.change.new) == (old, new)
        assert (new.name, new != old) == (old.name, True)
        assert await log.keys() == [old, new]
        *_, kept, covering = await log.kept_checkpoints()
        assert kept == before
        assert Checkpoint.parse(new.open(covering)).size == len(WHOLE) + 1 == await log.head()
        again = await log.change_key("Once more.", AT)
        assert await log.keys() == [old, new, again.change.new]

    @in_loop
    async def test_the_logs_own_events_are_of_no_interview(self, log: EventLog) -> None:
        id = new_id()
        await log.change_key("Before any interview.", AT)
        await tell(log, id, *WHOLE)
        await log.change_key("In between.", AT)
        records = await log.records_from(0, 100)
        own = [record for record in records if record.interview_id == LOG_STREAM]
        assert [(record.position, record.version) for record in own] == [(0, 1), (7, 2)]
        assert all(record.is_as_logged for record in own)
        assert [row.interview_id for row in await listed(log)] == [id]
        for text in ("between", "key", LOG_STREAM[:8]):
            assert await listed(log, text=text) == []
        assert await log.beginning_with("00000000-0000-0000", 10) == []
        assert await log.interview(LOG_STREAM) is None
        assert await log.overview(LOG_STREAM) is None
        assert await log.records(LOG_STREAM) == []
        assert await log.record(LOG_STREAM, 1) is None
        assert await log.forks_of(LOG_STREAM) == await log.forks_of(id) == []
        assert await log.expired("9999-01-01T00:00:00.000Z", "9999-01-02T00:00:00.000Z") == [id]

    @in_loop
    async def test_forgetting_leaves_the_logs_own_events(self, log: EventLog) -> None:
        id = new_id()
        await log.change_key("Before.", AT)
        whole = await tell(log, id, *WHOLE)
        await tell(log, id, forget_content(whole, "It was asked for."))
        await log.scrub()
        [own, *_] = await log.records_from(0, 1)
        assert '"reason":"Before."' in (own.payload or "")

    @in_loop
    async def test_no_interview_can_have_the_logs_own_id(self, log: EventLog) -> None:
        for version in (0, 1):
            with pytest.raises(ReservedId):
                await log.append(LOG_STREAM, version, OPENING, AT)
            await log.change_key("Now it has a version.", AT)
        assert await log.head() == 2

    # The tree

    @in_loop
    async def test_every_record_is_shown_to_be_in_every_head_since(self, log: EventLog) -> None:
        for _ in range(3):
            await tell(log, new_id(), *WHOLE)
        records = await log.records_from(0, 100)
        roots = [await log.root(size) for size in range(len(records) + 1)]
        for size in range(1, len(records) + 1):
            for record in records[:size]:
                proof = await log.inclusion_proof(record.position, size)
                assert is_included(record.leaf, record.position, size, proof, roots[size])
            for old in range(size + 1):
                proof = await log.consistency_proof(old, size)
                assert is_consistent(old, size, proof, roots[old], roots[size])

    @in_loop
    async def test_a_checkpoint_is_the_signed_head(self, log: EventLog) -> None:
        await tell(log, new_id(), *WHOLE)
        note = await signed_checkpoint(log)
        signer = await log.signer()
        checkpoint = Checkpoint.parse(signer.verifier.open(note))
        assert checkpoint.origin == signer.name
        assert checkpoint.size == await log.head()
        assert checkpoint.root == await log.root(checkpoint.size)

    # Appending and reading back

    @pytest.mark.parametrize("words", WORDS)
    @in_loop
    async def test_words_are_read_back_as_they_were_said(self, log: EventLog, words: str) -> None:
        id, said = new_id(), (start(), ask(1, words), give_answer(words))
        await tell(log, id, *said)
        records = await log.records(id)
        assert tuple(record.event for record in records) == said

    @in_loop
    async def test_a_record_tells_where_when_and_what(self, log: EventLog) -> None:
        id, at = new_id(), datetime(2026, 1, 5, 12, 30, 0, 123999, timezone(timedelta(hours=2)))
        await tell(log, id, *OPENING, at=at)
        first, second = await log.records(id)
        assert (first.interview_id, first.version, first.kind) == (id, 1, "interview-started")
        assert (second.interview_id, second.version, second.kind) == (id, 2, "question-asked")
        assert {first.time, second.time} == {"2026-01-05T10:30:00.123Z"}
        assert {first.schema_version, second.schema_version} == {1}

    @in_loop
    async def test_an_append_answers_what_reading_gives(self, log: EventLog) -> None:
        id = new_id()
        began = await log.append(id, 0, WHOLE[:3], AT)
        went_on = await log.append(id, 3, WHOLE[3:], AT)
        assert [*began.records, *went_on.records] == await log.records(id)
        assert went_on.interview == await log.interview(id)

    @in_loop
    async def test_an_interview_is_the_replay_of_its_events(self, log: EventLog) -> None:
        id = new_id()
        for event in WHOLE:
            interview = await tell(log, id, event)
            records = await log.records(id)
            assert interview == replay((record.event for record in records), id=id)

    @in_loop
    async def test_versions_count_in_an_interview_and_positions_in_the_log(
        self, log: EventLog
    ) -> None:
        one, other = new_id(), new_id()
        for id, events in ((one, OPENING), (other, OPENING), (one, [give_answer("Yes.")])):
            await tell(log, id, *events)
        records = await log.records_from(0, 10)
        assert [record.position for record in records] == [0, 1, 2, 3, 4]
        assert [record.version for record in records] == [1, 2, 1, 2, 3]

    @in_loop
    async def test_the_head_is_the_position_of_the_next_record(self, log: EventLog) -> None:
        assert await log.head() == 0
        await tell(log, new_id(), *OPENING)
        assert await log.head() == 2

    @in_loop
    async def test_records_are_read_in_pages(self, log: EventLog) -> None:
        await tell(log, new_id(), *WHOLE)
        pages = [await log.records_from(position, 4) for position in (0, 4, 6)]
        assert [[r.position for r in page] for page in pages] == [[0, 1, 2, 3], [4, 5], []]

    @in_loop
    async def test_an_unknown_interview_is_none_and_has_no_records(self, log: EventLog) -> None:
        await tell(log, new_id(), *OPENING)
        unknown = new_id()
        assert await log.interview(unknown) is None
        assert await log.overview(unknown) is None
        assert await log.records(unknown) == []

    @in_loop
    async def test_summaries_and_refusals_are_kept(self, log: EventLog) -> None:
        id = new_id()
        interview = await tell(log, id, *WHOLE)
        summary = give_summary(interview, "Went well.", origin=TEMPLATES)
        after = await tell(log, id, summary, REFUSAL)
        assert (after.summary, after.session) == (summary, interview.session)
        assert [record.event for record in await log.records(id)][-2:] == [summary, REFUSAL]

    @in_loop
    async def test_an_adopted_session_is_kept_with_where_it_forked(self, log: EventLog) -> None:
        known = await tell(log, new_id(), *WHOLE)
        id, fork = new_id(), Fork(interview_id=str(known.id), version=2)
        session = next(sessions_of(known)).model_copy(update={"interview_id": id})
        adopted = SessionAdopted(session=session, forked_from=fork)
        interview = await tell(log, id, adopted, give_answer("Another."))
        assert interview.adopted
        assert interview.session == session
        assert (await log.records(id))[0].event == adopted

    # What is not taken

    @pytest.mark.parametrize("expected", [0, 1, 3])
    @pytest.mark.parametrize("events", [[give_answer("Yes.")], [give_answer("Yes."), ask(2)]])
    @in_loop
    async def test_a_wrong_version_takes_nothing(
        self, log: EventLog, expected: int, events: Sequence[Event]
    ) -> None:
        id = new_id()
        await tell(log, id, *OPENING)
        before = await contents(log)
        with pytest.raises(VersionConflict):
            await log.append(id, expected, events, AT)
        assert await contents(log) == before

    @in_loop
    async def test_an_unknown_interview_is_at_version_0(self, log: EventLog) -> None:
        with pytest.raises(VersionConflict):
            await log.append(new_id(), 1, OPENING, AT)
        assert await contents(log) == ([], [])

    @pytest.mark.parametrize("events", [[ask(2)], [give_answer("Yes."), give_answer("And no.")]])
    @in_loop
    async def test_an_illegal_move_takes_nothing_of_its_batch(
        self, log: EventLog, events: Sequence[Event]
    ) -> None:
        id = new_id()
        await tell(log, id, *OPENING)
        before = await contents(log)
        with pytest.raises(IllegalMove):
            await log.append(id, 2, events, AT)
        assert await contents(log) == before

    @in_loop
    async def test_no_interview_begins_with_an_answer(self, log: EventLog) -> None:
        with pytest.raises(IllegalMove):
            await log.append(new_id(), 0, [give_answer("Yes.")], AT)
        assert await contents(log) == ([], [])

    # Many at once

    @pytest.mark.parametrize(
        ("before", "moves"),
        [((), [(start(), ask(1, str(n))) for n in range(10)]),
         (OPENING, [(give_answer(str(n)),) for n in range(10)])],
        ids=["begin", "answer"],
    )  # fmt: skip
    @in_loop
    async def test_of_appends_at_the_same_version_one_is_taken(
        self, log: EventLog, before: Sequence[Event], moves: Sequence[Sequence[Event]]
    ) -> None:
        id = new_id()
        if before:
            await tell(log, id, *before)
        version = len(before)
        outcomes = await asyncio.gather(
            *(log.append(id, version, events, AT) for events in moves), return_exceptions=True
        )
        [taken] = [outcome for outcome in outcomes if isinstance(outcome, Appended)]
        assert sum(isinstance(outcome, VersionConflict) for outcome in outcomes) == len(moves) - 1
        assert await log.interview(id) == taken.interview
        assert await log.head() == version + len(moves[0])

    @in_loop
    async def test_interviews_beside_each_other_all_get_their_place(self, log: EventLog) -> None:
        async def conduct(id: str) -> None:
            for event in WHOLE:
                await tell(log, id, event)

        ids = [new_id() for _ in range(20)]
        await asyncio.gather(*(conduct(id) for id in ids))
        records = await log.records_from(0, 1_000)
        assert [record.position for record in records] == list(range(20 * len(WHOLE)))
        for id in ids:
            assert tuple(record.event for record in await log.records(id)) == WHOLE

    # Finding a session without its id

    @in_loop
    async def test_a_session_is_found_where_it_was_first_reached(self, log: EventLog) -> None:
        interview = await tell(log, new_id(), *WHOLE)
        assert interview.id is not None
        found = [await log.find(session.fingerprint()) for session in sessions_of(interview)]
        assert found == [FingerprintMatch(interview.id, version) for version in (2, 4, 6)]

    @in_loop
    async def test_a_move_is_found_once_it_is_made(self, log: EventLog) -> None:
        interview = await tell(log, new_id(), *OPENING)
        assert interview.id is not None
        move = interview.session.move_fingerprint("Yes.")
        assert await log.find(move) is None
        await tell(log, interview.id, give_answer("Yes."))
        assert await log.find(move) == FingerprintMatch(interview.id, 3)
        assert await log.find(interview.session.move_fingerprint("No.")) is None

    @in_loop
    async def test_of_interviews_at_the_same_words_the_one_begun_last_is_found(
        self, log: EventLog
    ) -> None:
        older, newer = new_id(), new_id()
        fingerprint = (await tell(log, older, *OPENING)).session.fingerprint()
        assert await log.find_current(fingerprint) == older
        await tell(log, newer, *OPENING)
        await tell(log, older, REFUSAL)  # heard of last, yet begun first
        assert await log.find(fingerprint) == FingerprintMatch(newer, 2)
        assert await log.find_current(fingerprint) == newer

    @in_loop
    async def test_an_interview_that_moved_on_is_no_longer_at_that_head(
        self, log: EventLog
    ) -> None:
        older, newer = new_id(), new_id()
        await tell(log, older, *OPENING)
        fingerprint = (await tell(log, newer, *OPENING)).session.fingerprint()
        await tell(log, newer, give_answer("Yes."))
        assert await log.find_current(fingerprint) == older
        await tell(log, older, give_answer("Yes."))
        assert await log.find_current(fingerprint) is None
        assert await log.find(fingerprint) == FingerprintMatch(newer, 2)  # where a fork leaves it

    @in_loop
    async def test_an_interview_whose_answer_waits_for_a_reply_stands_at_no_session(
        self, log: EventLog
    ) -> None:
        id = new_id()
        await tell(log, id, start())
        for event in WHOLE[1:]:
            after = await tell(log, id, event)
            at_head = await log.find_current(after.session.fingerprint())
            assert at_head == (None if after.awaits_interviewer else id)

    @in_loop
    async def test_a_summary_or_a_refusal_moves_no_head(self, log: EventLog) -> None:
        id = new_id()
        interview = await tell(log, id, *WHOLE)
        await tell(log, id, give_summary(interview, "Good.", origin=TEMPLATES), REFUSAL)
        fingerprint = interview.session.fingerprint()
        assert await log.find_current(fingerprint) == id
        assert await log.find(fingerprint) == FingerprintMatch(id, 6)

    # Whose interviews they are

    @in_loop
    async def test_only_the_interviews_that_somebody_started_are_found_for_them(
        self, log: EventLog
    ) -> None:
        mine, adopted, theirs, nobodys = (new_id() for _ in range(4))
        session = (await tell(log, nobodys, *OPENING)).session
        fingerprint, move = session.fingerprint(), session.move_fingerprint("Yes.")
        begun = start().model_copy(update={"started_by": "ann"})
        await tell(log, mine, begun, ask(1))
        await tell(log, theirs, start().model_copy(update={"started_by": "bob"}), ask(1))
        await tell(log, theirs, give_answer("Yes."))
        taken_on = adopt(session, adopted).model_copy(update={"started_by": "cyd"})
        await tell(log, adopted, taken_on, give_answer("No."))

        assert await log.find(fingerprint, "ann") == FingerprintMatch(mine, 2)
        assert await log.find(fingerprint, "cyd") == FingerprintMatch(adopted, 1)
        assert await log.find_current(fingerprint, "ann") == mine
        assert await log.find_current(fingerprint, "bob") is None  # it has moved on
        assert await log.find(move, "bob") == FingerprintMatch(theirs, 3)
        assert await log.find(move, "ann") is None
        assert await log.find(fingerprint, "eve") is None
        everybody = {"ann": mine, "bob": theirs, "cyd": adopted, "eve": "", "": nobodys}
        for subject, id in everybody.items():
            for other in (mine, adopted, theirs, nobodys, new_id()):
                assert await log.was_started_by(subject, other) is (other == id and subject != "")

    @in_loop
    async def test_whose_an_interview_was_is_forgotten_with_its_words(self, log: EventLog) -> None:
        id = new_id()
        begun = start().model_copy(update={"started_by": "ann"})
        whole = await tell(log, id, begun, *WHOLE[1:])
        overview = await log.overview(id)
        assert overview is not None
        assert overview.started_by == whole.started_by == "ann"
        exported = InterviewExported(format=ExportFormat.HTML, by="ada")
        await tell(log, id, exported, forget_content(whole, "It was asked for.", by="ada"))
        overview = await log.overview(id)
        assert overview is not None
        assert overview.started_by is None
        assert not await log.was_started_by("ann", id)
        first, *_, copied, forgotten = await log.records(id)
        assert first.payload is None
        assert copied.event == exported
        assert isinstance(forgotten.event, ContentForgotten)
        assert forgotten.event.by == "ada"

    # The list of interviews

    @in_loop
    async def test_an_overview_follows_the_events(self, log: EventLog) -> None:
        await tell(log, new_id(), *OPENING)
        id = new_id()
        await tell(log, id, start(PRODUCT_MANAGER, 3), ask(1))
        await tell(log, id, give_answer("Yes."), at=AT + timedelta(minutes=1))
        assert await log.overview(id) == Overview(
            interview_id=id,
            first_position=2,
            role=PRODUCT_MANAGER,
            model=None,
            total_questions=3,
            state=State.QUESTIONING,
            questions_asked=1,
            answers_given=1,
            adopted=False,
            on_hold=False,
            sources=("templates",),
            version=3,
            started_at="2026-01-05T10:30:00.000Z",
            updated_at="2026-01-05T10:31:00.000Z",
        )

    @in_loop
    async def test_an_adopted_interview_is_listed_as_such(self, log: EventLog) -> None:
        known = await tell(log, new_id(), *OPENING)
        id = new_id()
        await tell(log, id, adopt(known.session, id))
        assert [row.adopted for row in await listed(log)] == [True, False]

    @in_loop
    async def test_interviews_are_listed_newest_first_in_pages(self, log: EventLog) -> None:
        ids = [new_id() for _ in range(25)]
        for id in ids:
            await tell(log, id, *OPENING)
        await tell(log, ids[0], give_answer("Yes."))  # moved last, yet the oldest
        first = await listed(log)
        second = await listed(log, before=first[-1].first_position)
        assert [row.interview_id for row in first + second] == ids[::-1]
        assert len(first) == 20
        assert first[:2] == await listed(log, limit=2)

    @in_loop
    async def test_interviews_are_listed_by_state_and_role(self, log: EventLog) -> None:
        analyst, manager = new_id(), new_id()
        await tell(log, analyst, *WHOLE)
        await tell(log, manager, start(PRODUCT_MANAGER), ask(1))

        async def ids_of(state: State | None = None, role: Role | None = None) -> list[str]:
            return [row.interview_id for row in await listed(log, state=state, role=role)]

        assert await ids_of() == [manager, analyst]
        assert await ids_of(state=State.COMPLETE) == [analyst]
        assert await ids_of(role=PRODUCT_MANAGER) == [manager]
        assert await ids_of(State.COMPLETE, PRODUCT_MANAGER) == []

    # Searching

    @in_loop
    async def test_an_interview_is_found_by_whatever_was_said_in_it(self, log: EventLog) -> None:
        told, adopted, other = new_id(), new_id(), new_id()
        whole = await tell(
            log, told, start(), ask(1, "What is a monad?"), give_answer("A burrito."),
            ask(2, "And a lens?"), give_answer("No idea."), close(),
        )  # fmt: skip
        await tell(log, told, give_summary(whole, "Honest about gaps.", origin=TEMPLATES))
        held = replay((*OPENING, give_answer("It depends."), ask(2, "On what?"))).session
        await tell(log, adopted, adopt(held, adopted))
        await tell(log, other, *OPENING)
        for text in ("monad", "burrito", "a lens", "no idea", "thank you", "about gaps"):
            assert await found(log, text) == [told], text
        for text in ("it depends", "On what"):
            assert await found(log, text) == [adopted], text
        assert await found(log, "Why?") == [other, adopted]

    @in_loop
    async def test_an_interview_is_found_by_the_words_of_its_assessments(
        self, log: EventLog
    ) -> None:
        id, said = new_id(), 'She "measured"\nfirst. 🦊'
        quotation = Quotation(message=3, start=0, end=3, text=WHOLE[2].content[:3])
        result = CriterionResult(
            id="a", name="Unsaid", level=1, anchor="Unsaid", quotations=(quotation,), note=said
        )
        assessed = AssessmentGiven(criteria=(result,), kit="nurse", kit_version="0", by="ada")
        whole = await tell(log, id, *WHOLE, assessed)
        for text in ('"measured"\nfirst', "SHE", "🦊"):
            assert [row.interview_id for row in await listed(log, text=text)] == [id]
        for text in ("unsaid", "note", "ada"):
            assert await listed(log, text=text) == []
        await tell(log, id, forget_content(whole, "It was asked for."))
        assert await listed(log, text="measured") == []

    @in_loop
    async def test_only_words_that_were_said_are_found(self, log: EventLog) -> None:
        id = new_id()
        await tell(log, id, *WHOLE, REFUSAL, InterviewHeld(reason="A court asks."))
        assert await found(log, "because") == [id]
        for text in ("be kind", "content", "templates", "question-asked", "messages[2]", "a court"):
            assert await found(log, text) == [], text

    @in_loop
    async def test_an_interview_is_found_by_its_id_role_and_model(self, log: EventLog) -> None:
        analyst, manager = f"aa{new_id()[2:]}", f"ba{new_id()[2:]}"
        await tell(log, analyst, *OPENING)
        config = Config(role=PRODUCT_MANAGER, model="Granite4:2B", total_questions=2)
        await tell(log, manager, start_interview(config, "Be kind."), ask(1))
        for text in (analyst, analyst[:13].upper(), "aa", "data an", "ANALYST"):
            assert await found(log, text) == [analyst], text
        for text in (manager, "ba", "product", "granite4:2b"):
            assert await found(log, text) == [manager], text
        assert await found(log, analyst[2:]) == []

    # Whose an interview is, and practice

    @in_loop
    async def test_the_list_tells_candidate_kit_and_practice_until_they_are_forgotten(
        self, log: EventLog
    ) -> None:
        id, plain = new_id(), new_id()
        whole = await tell(log, id, practise(), *WHOLE[1:])
        await tell(log, plain, *OPENING)
        practised, other = await log.overview(id), await log.overview(plain)
        assert practised is not None
        assert other is not None
        assert (practised.candidate_name, practised.kit) == ("Zoë Ångström", "nurse")
        assert (practised.practice, other.practice) == (True, False)
        assert (other.candidate_name, other.kit) == (None, None)
        assert await found(log, "zoë å") == [id]
        await tell(log, id, forget_content(whole, "It was asked for."))
        practised = await log.overview(id)
        assert practised is not None
        assert (practised.candidate_name, practised.kit) == (None, None)
        assert practised.practice
        assert await found(log, "zoë å") == []

    @in_loop
    async def test_practice_is_listed_as_it_is_asked_for(self, log: EventLog) -> None:
        practised, plain, forgotten = (new_id() for _ in range(3))
        await tell(log, practised, practise(), ask(1))
        await tell(log, plain, *OPENING)
        whole = await tell(log, forgotten, practise(), *WHOLE[1:])
        await tell(log, forgotten, forget_content(whole, "It was asked for."))

        async def ids_of(**asked: Any) -> list[str]:
            return [row.interview_id for row in await listed(log, **asked)]

        assert await ids_of() == [forgotten, plain, practised]
        assert await ids_of(practice=False) == [plain]
        assert await ids_of(practice=True) == [forgotten, practised]
        assert await ids_of(practice=False, text="why") == [plain]
        assert await ids_of(practice=True, text="why") == [practised]
        assert await ids_of(practice=True, limit=1, before=4) == [practised]

    @in_loop
    async def test_a_subjects_own_interviews_are_listed_and_searched(self, log: EventLog) -> None:
        ids = [new_id() for _ in range(4)]
        for id, who, word in zip(ids, ("ann", "bob", "ann", None), "wxyz", strict=True):
            begun = practise().model_copy(update={"started_by": who})
            await tell(log, id, begun, ask(1), give_answer(f"It is {word} here."))

        async def own(**asked: Any) -> list[str]:
            rows = await listed(log, started_by="ann", **asked)
            return [row.interview_id for row in rows]

        assert await own() == [ids[2], ids[0]]
        assert await own(text="is w") == [ids[0]]
        assert await own(text="is x") == await own(practice=False) == []
        assert await own(text="zoë", limit=1) == [ids[2]]
        assert await listed(log, started_by="eve") == []

    @in_loop
    async def test_what_was_found_is_told_with_what_is_around_it(self, log: EventLog) -> None:
        said, adopted, model = new_id(), new_id(), f"cc{new_id()[2:]}"
        long = f"{'a' * 100} Ledger {'b' * 100}"
        whole = await tell(log, said, practise(), ask(1), give_answer(long), ask(2))
        await tell(log, said, give_summary(whole, "A ledger, a Wombat.", origin=TEMPLATES))
        await tell(log, adopted, adopt(replay((start(), ask(1, "The LEDGER?"))).session, adopted))
        config = Config(role=PRODUCT_MANAGER, model="ledger-2b", total_questions=2)
        await tell(log, model, start_interview(config, "Be kind."))
        rows = {row.interview_id: row for row in await listed(log)}

        async def where(id: str, text: str) -> Found | None:
            [place] = await log.where_found([rows[id]], text)
            return place

        before, after = f"{'a' * 59} ", f" {'b' * 59}"
        assert await where(said, "ledger") == Found(before, "Ledger", after, 2, 3)
        assert await where(adopted, "ledger") == Found("The ", "LEDGER", "?", 5, 2)
        assert await where(model, "ledger") == Found("", "ledger", "-2b")
        assert await where(said, "wombat") == Found("A ledger, a ", "Wombat", ".", 4)
        assert await where(said, "ÅNG") == Found("Zoë ", "Ång", "ström")
        assert await where(model, "CC") == Found("", "cc", model[2:62])
        assert await where(said, "nowhere") is None
        await tell(log, said, forget_content(await known(log, said), "It was asked for."))
        assert await where(said, "wombat") is None

    @pytest.mark.parametrize(
        ("said", "texts"),
        [
            ("I was 100% sure", ("100%", "0% s", "WAS 100")),
            ("in snake_case", ("snake_case", "E_C")),
            ("a[0] * b? ^c -d", ("a[0]", "[0] * B", "* b", "? ^", "^C -", "-d")),
            ('He said "no".', ('"', '"NO"', 'said "')),
            ("It's C:\\new", ("it's", "'", "\\", "C:\\N")),
            ("one\ntwo\tthree", ("one\ntwo", "\t", "\nTWO\tTH")),
            ("Zoë ÉTÉ Привет 🦊", ("ZOË", "été", "пРИВЕТ", "ë é", "🦊")),
            ("straße \u212a 한국 ς", ("STRAßE", "\u212a", "한국", "ς")),
            ("\x7f\x01", ("\x7f", "\x01")),
        ],
    )
    @in_loop
    async def test_every_character_is_sought_as_itself_and_letters_in_both_cases(
        self, log: EventLog, said: str, texts: Sequence[str]
    ) -> None:
        id = new_id()
        await tell(log, new_id(), *WHOLE)
        await tell(log, id, start(), ask(1, said))
        for text in (said, *texts):
            assert await found(log, text) == [id], text

    @pytest.mark.parametrize(
        "text", ["%", "_", "?", "*", "W*y", "[a-z]", "[^x]", "\\", "u00", "k", "Straße", "\x00"]
    )
    @in_loop
    async def test_nothing_in_a_text_has_a_meaning_of_its_own(
        self, log: EventLog, text: str
    ) -> None:
        await tell(log, new_id(), start(), ask(1, "Go. \n\x01 \u212a STRASSE"), give_answer("Yes!"))
        assert await found(log, "yes!") != []
        assert [id for id in await found(log, text) if text not in id] == []

    @in_loop
    async def test_forgotten_words_are_not_found(self, log: EventLog) -> None:
        id, adopted = new_id(), new_id()
        whole = await tell(log, id, *WHOLE)
        fork = await tell(log, adopted, adopt(replay(OPENING).session, adopted))
        assert await found(log, "why") == [adopted, id]
        await tell(log, id, forget_content(whole, "Because they asked."))
        await tell(log, adopted, forget_content(fork, "Because they asked."))
        assert await found(log, "why") == []
        assert await found(log, "because") == []
        assert await found(log, "data analyst") == [adopted, id]

    @in_loop
    async def test_what_is_found_comes_newest_first_in_pages_by_state_and_role(
        self, log: EventLog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for windows in ("FIRST_WINDOW", "WINDOW"):  # interviews are told across windows
            monkeypatch.setattr(reading, windows, 3)
        ids = [new_id() for _ in range(9)]
        for n, id in enumerate(ids):
            await tell(log, id, start(list(FIELD_ROLES)[n % 3]), ask(1))
        for n, id in enumerate(ids):
            await tell(log, id, give_answer("A fox!" if n % 2 == 0 else "A hen."))
        for id in ids[:4]:
            await tell(log, id, close(Ending.CLOSED_BY_INTERVIEWER))
        newest = ids[8::-2]
        assert await found(log, "fox") == newest
        first = await listed(log, text="fox", limit=2)
        second = await listed(log, text="fox", limit=2, before=first[-1].first_position)
        assert [row.interview_id for row in first + second] == newest[:4]
        assert await found(log, "fox", state=State.COMPLETE) == [ids[2], ids[0]]
        assert await found(log, "fox", role=SOFTWARE_ENGINEER) == [ids[6], ids[0]]
        assert await found(log, "hen", role=SOFTWARE_ENGINEER, state=State.COMPLETE) == [ids[3]]
        assert await listed(log, text="why", limit=20) == await listed(log)

    @in_loop
    async def test_a_list_that_takes_too_long_to_fill_goes_on_from_page_to_page(
        self, log: EventLog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        look_at_little(monkeypatch)
        ids = [new_id() for _ in range(6)]
        for id in ids:
            await tell(log, id, start(), ask(1))
        for id in ids[:3]:  # long after they began, and in pages that were given before
            await tell(log, id, give_answer("A fox!"))
        await tell(log, ids[4], give_answer("A hen."), close(Ending.CLOSED_BY_INTERVIEWER))
        assert await found(log, "fox") == ids[2::-1]
        assert await found(log, "fox", limit=2) == ids[2:0:-1]
        assert await found(log, "wombat") == []
        assert await found(log, "why") == ids[::-1]
        assert await found(log, ids[0]) == [ids[0]]
        complete = await listed(log, state=State.COMPLETE)
        assert [row.interview_id for row in complete] == [ids[4]]
        assert await listed(log, role=PRODUCT_MANAGER) == []

    @settings(
        max_examples=examples(50),
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(
        only=st.sampled_from(
            [
                {},
                {"text": "yes"},
                {"state": State.QUESTIONING},
                {"role": DATA_ANALYST, "text": "no"},
                {"started_by": "ann", "text": "yes"},
            ]
        ),
        before=APPENDS,
        between=st.lists(APPENDS, max_size=4),
        limit=st.integers(1, 3),
    )
    @in_loop
    async def test_pages_give_each_interview_once_whatever_happens_between_them(
        self,
        new_log: Callable[[], EventLog],
        monkeypatch: pytest.MonkeyPatch,
        only: dict[str, Any],
        before: list[tuple[int, list[tuple[int, str]]]],
        between: list[list[tuple[int, list[tuple[int, str]]]]],
        limit: int,
    ) -> None:
        look_at_little(monkeypatch)
        log, memory = new_log(), MemoryEventLog()
        interviews: dict[str, Interview] = {}
        ids = [new_id() for _ in range(4)]
        await make_moves((memory, log), interviews, ids, before)
        ids += [new_id() for _ in range(2)]
        fit: set[str] | None = None
        given: list[Overview] = []
        page = OverviewPage([])
        for moves in chain(between, repeat([])):
            fitting = {row.interview_id for row in await listed(memory, **only)}
            fit = fitting if fit is None else fit & fitting
            page = await log.overviews(limit=limit, before=page.next, **only)
            assert len(page.rows) <= limit
            given += page.rows
            if page.next is None:
                break
            await make_moves((memory, log), interviews, ids, moves)
        positions = [row.first_position for row in given]
        assert positions == sorted(set(positions), reverse=True)
        assert fit is not None
        assert fit <= {row.interview_id for row in given}
        await log.close()

    # The log itself

    @in_loop
    async def test_a_log_in_order_is_writable_and_tells_where_it_is(self, log: EventLog) -> None:
        assert await log.is_writable()
        assert await contents(log) == ([], [])
        assert log.where

    @settings(
        max_examples=examples(50),
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(appends=APPENDS)
    @in_loop
    async def test_any_legal_run_is_told_as_memory_tells_it_move_by_move(
        self,
        new_log: Callable[[], EventLog],
        monkeypatch: pytest.MonkeyPatch,
        appends: list[tuple[int, list[tuple[int, str]]]],
    ) -> None:
        look_at_little(monkeypatch)
        log, memory = new_log(), MemoryEventLog()
        interviews: dict[str, Interview] = {}
        ids = [new_id() for _ in range(4)]
        for which, moves in appends:
            id, batch = ids[which], []
            for choice, words in moves:
                legal = list(legal_moves(interviews, id, words))
                batch.append(legal[choice % len(legal)])
                interviews[id] = await tell(memory, id, batch[-1])
            await tell(log, id, *batch)
        await check_alike(log, memory, interviews)
        await log.close()


def look_at_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each page of a list take no more than three events, or two of a subject's own interviews,
    as if these took their time."""
    for windows in ("FIRST_WINDOW", "WINDOW", "LISTED_WINDOW"):
        monkeypatch.setattr(reading, windows, 3)
    monkeypatch.setattr(reading, "OWN_AT_ONCE", 2)
    monkeypatch.setattr(reading, "LOOKING_SECONDS", -1)


async def make_moves(
    logs: Sequence[EventLog],
    interviews: dict[str, Interview],
    ids: Sequence[str],
    appends: Sequence[tuple[int, list[tuple[int, str]]]],
) -> None:
    """Append these moves to the newest interviews of `ids`, and forget one that is complete."""
    for which, moves in appends:
        id = ids[which - 4]
        for choice, words in moves:
            legal = list(legal_moves(interviews, id, words))
            if id not in interviews:
                legal[0] = start().model_copy(update={"started_by": "ann"})
            elif interviews[id].is_complete and choice % 3 == 0:
                legal = [forget_content(interviews[id], "It was asked for.")]
            for log in logs if legal else ():
                interviews[id] = await tell(log, id, legal[choice % len(legal)])


async def known(log: EventLog, id: str) -> Interview:
    interview = await log.interview(id)
    assert interview is not None
    return interview


async def found(log: EventLog, text: str, **only: Any) -> list[str]:
    """The ids of the interviews that `text` is found in."""
    return [row.interview_id for row in await listed(log, text=text, **only)]


async def check_alike(log: EventLog, memory: EventLog, interviews: dict[str, Interview]) -> None:
    """Both logs tell the same of these interviews."""
    assert await listed(log) == await listed(memory)
    for state in State:
        assert await listed(log, state=state) == await listed(memory, state=state)
    for text in ("YES", "no", "hy?", "manager"):
        assert await listed(log, text=text) == await listed(memory, text=text)
    for id, interview in interviews.items():
        assert await log.interview(id) == await memory.interview(id) == interview
        assert await log.overview(id) == await memory.overview(id)
        for session in sessions_of(interview):
            fingerprint = session.fingerprint()
            assert await log.find_current(fingerprint) == await memory.find_current(fingerprint)
            for sought in (fingerprint, *map(session.move_fingerprint, ("yes", "no"))):
                assert await log.find(sought) == await memory.find(sought)
