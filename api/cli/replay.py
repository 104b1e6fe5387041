"""`interview-gateway replay`: what happened in one interview, when, and why."""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import assert_never

from rich.console import Console
from rich.text import Text

from api.cli.terminal import NOTICED_MS, clock, console, indented, print_json
from api.transcript.assessed import in_one_line
from api.transcript.escaping import escape_controls, escape_line
from eventlog.records import Record
from eventlog.story import Step, Story, story_of
from statemachine.durations import duration_text
from statemachine.events import (
    AnswerGiven,
    AssessmentGiven,
    ContentForgotten,
    InterviewCompleted,
    InterviewExported,
    InterviewHeld,
    InterviewReleased,
    InterviewStarted,
    Origin,
    QuestionAsked,
    QuestionKept,
    ReplyInterrupted,
    SessionAdopted,
    SessionRefused,
    SummaryGiven,
)

WORDS_SHOWN = 240
"""How many characters of what was said are shown, unless all of them are asked for."""

MARGIN = 7

BAR = 40
"""How many columns the longest reply takes: l, r and w for loading, reading and writing."""


async def tell(records: Sequence[Record], *, full: bool = False, pace: float | None = None) -> None:
    """Print the story, at `pace` times the speed at which it happened (at once, if None)."""
    out, story = console(), story_of(records)
    out.print(_heading(story), soft_wrap=True)
    slowest = _slowest(story)
    longest = max(_spent(step) for step in story.steps)
    widths = tuple(max(len(column(step)) for step in story.steps) for column in (_what, _states))
    told_ms = 0
    for step in story.steps:
        if pace:
            await asyncio.sleep(max(0, step.since_start_ms - told_ms) / 1000 / pace)
            told_ms = max(told_ms, step.since_start_ms)
        _print_step(out, step, widths, longest, full=full, is_slowest=step is slowest)
    if slowest is not None and slowest.origin is not None:
        out.print(_why_slow(slowest, slowest.origin), soft_wrap=True)


def print_events(records: Sequence[Record]) -> None:
    """Print the events as GET /api/v1/interviews/{id}/events gives them."""
    from api.http.wire.replay import EventsReply

    reply = EventsReply.of(records[0].interview_id, story_of(records))
    print_json(reply.model_dump_json(by_alias=True, indent=2))


# The story


def _heading(story: Story) -> Text:
    interview = story.interview
    # A later hold, say, is no part of the interview's own time.
    reached = next(step for step in story.steps if step.after == interview.state)
    lasted = clock(reached.since_start_ms)
    config = interview.config
    words = f"words from {', '.join(interview.sources)}" if interview.sources else "no words"
    marks = [
        mark
        for mark, applies in (
            ("adopted: nothing proves what was said before", interview.adopted),
            ("on hold", interview.on_hold),
        )
        if applies
    ]
    asked = f"{interview.questions_asked} of {config.total_questions} questions asked"
    return Text.assemble(
        (f"Interview {interview.id}\n", "bold"),
        escape_line(
            f"{config.role}, {config.model or 'no model'}, {asked}, {interview.answers_given} "
            f"answered; {words}"
        ),
        f"\nbegan {story.steps[0].record.time}, {interview.state} after {lasted}",
        *((f"\n{mark}", "yellow") for mark in marks),
        ("\n\n  #  since start  event", "dim"),
    )


def _print_step(
    out: Console,
    step: Step,
    widths: tuple[int, ...],
    longest: int,
    *,
    full: bool,
    is_slowest: bool,
) -> None:
    what, states = widths
    line = Text.assemble(
        f"{step.record.version:>3}  {clock(step.since_start_ms):>11}  ",
        (f"{_what(step):<{what}}  ", "bold"),
        (f"{_states(step):<{states}}  ", "dim"),
        *(_source(step.origin) if step.origin else ()),
        ("  ← slowest" if is_slowest else "", "red"),
    )
    line.rstrip()
    out.print(line, soft_wrap=True)
    for attempt in step.origin.attempts if step.origin else ():
        who = escape_line(f"{attempt.backend} after {duration_text(attempt.elapsed_ms)}")
        why = escape_line(attempt.reason)
        not_used = (f"{' ' * MARGIN}not used: {who}: ", "yellow")
        out.print(Text.assemble(not_used, why), soft_wrap=True)
        if attempt.withdrawn is not None:
            withdrawn = f"shown of it, and withdrawn: {escape_line(attempt.withdrawn)}"
            out.print(Text(f"{' ' * MARGIN}{withdrawn}", "dim"), soft_wrap=True)
    if step.origin is not None:
        for how in _how(step.origin, longest):
            out.print(Text(f"{' ' * MARGIN}{how}", "dim"), soft_wrap=True)
    if not step.record.is_as_logged:
        changed = "it is not what was logged: `interview-gateway audit verify` says more"
        out.print(Text(f"{' ' * MARGIN}{changed}", "red"), soft_wrap=True)
    if words := _words(step):
        cut = words if full or len(words) <= WORDS_SHOWN else words[:WORDS_SHOWN]
        shown = indented(escape_controls(cut), out.width, MARGIN)
        if len(cut) < len(words):
            shown.append(f" … (--full shows {len(words) - len(cut):,} more characters)", "dim")
        out.print(shown, soft_wrap=True)


def _what(step: Step) -> str:
    if step.event is None:
        return f"{step.record.kind} (forgotten)"
    if isinstance(step.event, QuestionAsked | QuestionKept):
        return f"{step.record.kind} {step.event.number}"
    return step.record.kind


def _states(step: Step) -> str:
    before, after = (state or "?" for state in (step.before, step.after))
    return f"{before}" if before == after else f"{before} → {after}"


def _source(origin: Origin) -> tuple[tuple[str, str], str]:
    model = f" ({origin.model})" if origin.model else ""
    completed = f", question from {origin.completed_by}" if origin.completed_by else ""
    who = escape_line(f"{origin.backend}{model}{completed}")
    return (who, "cyan"), f" in {duration_text(origin.elapsed_ms)}"


def _how(origin: Origin, longest: int) -> Iterator[str]:
    """How the words came: the phases, also drawn to scale, and what was not sent to the model."""
    timing = origin.timing
    if timing is not None:
        phases = (
            ("loading", timing.loading_ms),
            ("reading", timing.reading_ms),
            ("writing", timing.writing_ms),
        )
        parts = [f"{name} {duration_text(ms)}" for name, ms in phases if ms]
        speed = timing.tokens_per_second
        rate = f", {speed:.1f} tokens a second" if speed is not None else ""
        yield f"{', '.join(parts)}; first word after {duration_text(timing.first_word_ms)}{rate}"
        ends = accumulate(ms for _, ms in phases)
        columns = [0, *(round(BAR * end / longest) for end in ends)]
        bar = "".join(
            name[0] * (end - start)
            for (name, _), (start, end) in zip(phases, pairwise(columns), strict=True)
        )
        yield f"|{bar:<{BAR}}|"
    if origin.trimmed is not None:
        yield f"early answers left out because the model's context was full: {origin.trimmed}"


def _spent(step: Step) -> int:
    """The milliseconds in which a model loaded, read and wrote; at least 1."""
    timing = step.origin.timing if step.origin else None
    return max(1, timing.first_word_ms + timing.writing_ms) if timing else 1


def _words(step: Step) -> str:
    """The event in words for a person."""
    match step.event:
        case QuestionAsked() | AnswerGiven() | QuestionKept() | InterviewCompleted():
            return step.event.content
        case SummaryGiven(content=words) | ReplyInterrupted(content=words):
            return words
        case InterviewHeld() | InterviewReleased() | ContentForgotten():
            by = step.event.by
            return step.event.reason if by is None else f"{step.event.reason} (by {by})"
        case AssessmentGiven():
            return in_one_line(step.event)
        case InterviewExported():
            return f"As {step.event.format}, by {step.event.by}."
        case SessionRefused():
            return f"A client posted a session that differs from the log at {step.event.place}."
        case SessionAdopted():
            messages = len(step.event.session.messages)
            fork = step.event.forked_from
            leaves = (
                f"; it branches off interview {fork.interview_id} at event {fork.version}"
                if fork
                else ""
            )
            return f"A session of {messages} messages that the log did not know{leaves}."
        case InterviewStarted() | None:
            return ""
        case _:
            assert_never(step.event)


def _slowest(story: Story) -> Step | None:
    """The step whose words took longest, if anybody had to wait for them."""
    slowest = max(story.steps, key=_took)
    return slowest if _took(slowest) >= NOTICED_MS else None


def _took(step: Step) -> int:
    return step.origin.elapsed_ms if step.origin else 0


def _why_slow(step: Step, origin: Origin) -> Text:
    lost = [attempt for attempt in origin.attempts if attempt.elapsed_ms]
    own = origin.elapsed_ms - sum(attempt.elapsed_ms for attempt in lost)
    parts = [
        f"{attempt.backend} cost {duration_text(attempt.elapsed_ms)} ({attempt.reason})"
        for attempt in lost
    ]
    parts.append(f"{origin.backend} itself took {duration_text(max(0, own))}")
    slowest = f"\nSlowest: {_what(step)}, {duration_text(origin.elapsed_ms)}. "
    return Text.assemble((slowest, "bold"), escape_line("; ".join(parts)))
