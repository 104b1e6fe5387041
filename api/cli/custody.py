"""`interview-gateway forget`, `hold` and `release`: in the log itself, or through the gateway that
has it open, since a log has one writer."""

import asyncio
from collections.abc import Sequence

from rich.text import Text

from api.cli.confirming import confirm
from api.cli.errors import CommandError
from api.cli.lookup import records_in
from api.cli.orders import Action, Order, Outcome, forgotten_outcome
from api.cli.reasons import check_reason
from api.cli.shared import read_log_at
from api.cli.terminal import console
from api.environment import eventlog_key
from api.transcript.escaping import escape_controls
from api.usecases.custody import Custody
from api.usecases.errors import UseCaseError
from eventlog.errors import LogInUse
from eventlog.open import open_log
from eventlog.records import Record, interview_of
from eventlog.times import utc_now

OVERWRITE_SECONDS = 10.0
"""How long a forgetting in the log itself waits for the words to be overwritten in its files."""

DONE = {
    "hold": "On hold: interview {id}. Its words cannot be erased until you release it.",
    "release": "Released: interview {id}.",
    "forget": "Erased: the words of interview {id}. The log can still be verified.",
}
LEFT = (
    "The log's files still contain the words, because {because}. Run the same command again "
    "later, or start the gateway, which overwrites them by itself."
)


def carry_out(
    url: str, gateway: str | None, action: Action, named: str, reason: str, *, is_sure: bool
) -> None:
    """Do `action` to the interview that `named` names in the log at `url`, through the gateway
    at the URL `gateway` (None: at that of the settings) if it has the log open. A person who is
    not `is_sure` is asked first. Raises CommandError, EventLogError or InvalidSettings."""
    check_reason(reason)
    records = read_log_at(url, lambda log: records_in(log, named))
    order = Order(action, records[0].interview_id, reason, records[0])
    if not is_sure:
        _ask(records)
    outcome = asyncio.run(_outcome(url, gateway, order))
    out = console()
    done = DONE[action].format(id=order.interview_id)
    out.print(f"{done} {outcome.done}".rstrip(), soft_wrap=True)
    for note in outcome.left:
        out.print(Text(escape_controls(note), "yellow"), soft_wrap=True)


def _ask(records: Sequence[Record]) -> None:
    """Show what a forgetting would erase, and ask. Nothing would be erased of an interview that is
    on hold, which is refused, nor of one that is forgotten already."""
    interview = interview_of(records)
    if interview.on_hold or interview.is_forgotten:
        return
    asked, of = interview.questions_asked, interview.config.total_questions
    facts = [
        ("Interview", records[0].interview_id),
        ("Role", interview.config.role),
        ("Started", f"{records[0].time[:16].replace('T', ' ')} UTC"),
        ("State", f"{interview.state}, {asked} of {of} questions asked"),
        ("Answers", str(interview.answers_given)),
    ]
    confirm(facts, "Erase its words for ever?", if_not="Nothing was erased.")


async def _outcome(url: str, gateway: str | None, order: Order) -> Outcome:
    try:
        return await _in_log(url, order)
    except LogInUse:
        from api.cli.through_gateway import through_gateway  # with an HTTP client, 0.2 s

        return await through_gateway(gateway or _own_gateway(), order)


def _own_gateway() -> str:
    from api.settings import load_settings  # 0.1 s, and needed only where --log is given

    return load_settings().own_url


async def _in_log(url: str, order: Order) -> Outcome:
    log = open_log(url, eventlog_key())
    try:
        custody = Custody(log, now=utc_now)
        match order.action:
            case "hold":
                await custody.hold(order.interview_id, order.reason)
            case "release":
                await custody.release(order.interview_id, order.reason)
            case "forget":
                forgotten = await custody.forget(
                    order.interview_id, order.reason, within=OVERWRITE_SECONDS
                )
                because = forgotten.left_because
                return forgotten_outcome(because and LEFT.format(because=because), forgotten.forks)
    except UseCaseError as refusal:
        raise CommandError(str(refusal)) from refusal
    finally:
        await log.close()
    return Outcome()
