"""`interview-gateway rerun`: recorded interviews conducted again, and what came out
differently."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from api.cli.errors import CommandError
from api.cli.lookup import read_recording, records_named
from api.cli.terminal import console, indented, print_json
from api.transcript.escaping import escape_controls, escape_line
from api.usecases.rerun import Exchange, Rerun, Utterance, on_recording
from eventlog.records import Record, interview_of
from statemachine.durations import duration_text

MARGIN = 11


@dataclass(frozen=True)
class Outcome:
    """The result for one interview: its exchanges, or why it could not be re-run.

    `alone`: only the recording spoke, so that every byte must be the same.
    """

    name: str
    alone: bool
    exchanges: tuple[Exchange, ...] = ()
    error: str | None = None

    @property
    def differing(self) -> list[Exchange]:
        return [exchange for exchange in self.exchanges if not _is_fine(exchange, self.alone)]

    @property
    def is_same(self) -> bool:
        return self.error is None and not self.differing

    @property
    def verdict(self) -> str:
        """The outcome in a few words."""
        if self.error is not None:
            return self.error
        if not self.exchanges:
            return "it has no questions"
        total = _moves(len(self.exchanges))
        if count := len(self.differing):
            return f"{count} of {total} came out differently"
        if self.alone:
            return f"{total}, the same to the byte"
        reworded = sum(not exchange.is_same_words for exchange in self.exchanges)
        return f"{total}, all the same" + (f"; {reworded} in other words" if reworded else "")


def rerun(log: str | None, named: str, *, alone: bool, as_json: bool) -> bool:
    """Conduct again the interview that `named` names, or all those exported to the folder of
    that name; with `alone` on nothing but the recording. True if all came out the same.

    Raises CommandError, EventLogError or InvalidSettings.
    """
    folder = Path(named)
    if folder.is_dir():
        if log is not None:
            raise CommandError(f"--log has no effect: {named} is a folder, so no log is read")
        files = sorted(folder.glob("*.json"))
        if not files:
            raise CommandError(f"{folder} has no exported interviews (*.json)")
        return asyncio.run(_rerun_files(files, alone=alone, as_json=as_json))
    records = records_named(log, named)
    return asyncio.run(_rerun_one(named, records, alone=alone, as_json=as_json))


async def _rerun_one(named: str, records: Sequence[Record], *, alone: bool, as_json: bool) -> bool:
    _check_words(records)
    out = console()
    if not as_json:
        out.print(_heading(records, alone), soft_wrap=True)
    exchanges: list[Exchange] = []
    async with _conducting(alone) as conduct:
        async for exchange in conduct(records):
            exchanges.append(exchange)
            if not as_json:
                _print_exchange(out, exchange, alone)
    outcome = Outcome(named, alone, tuple(exchanges))
    if as_json:
        _print_json([outcome])
    else:
        out.print(Text(outcome.verdict, _style(outcome)), soft_wrap=True)
    return outcome.is_same


async def _rerun_files(files: Sequence[Path], *, alone: bool, as_json: bool) -> bool:
    out = console()
    outcomes: list[Outcome] = []
    width = max(len(escape_line(file.name)) for file in files)
    async with _conducting(alone) as conduct:
        with _progress(out) as progress:
            task = progress.add_task("", total=len(files))
            for file in files:
                progress.update(task, description=escape_line(file.name))
                outcomes.append(await _outcome_of(file, conduct, alone))
                if not as_json:
                    _print_outcome(out, outcomes[-1], width)
                progress.advance(task)
    if as_json:
        _print_json(outcomes)
    else:
        out.print(_summary(outcomes), soft_wrap=True)
    return all(outcome.is_same for outcome in outcomes)


async def _outcome_of(file: Path, conduct: Rerun, alone: bool) -> Outcome:
    try:
        records = read_recording(file)
        _check_words(records)
    except CommandError as error:
        return Outcome(file.name, alone, error=str(error))
    exchanges = [exchange async for exchange in conduct(records)]
    return Outcome(file.name, alone, tuple(exchanges))


@asynccontextmanager
async def _conducting(alone: bool) -> AsyncIterator[Rerun]:
    if alone:
        yield on_recording
    else:
        from api.cli.rerun_gateway import on_backends  # all of the gateway
        from api.settings import load_settings

        async with on_backends(load_settings()) as rerun:
            yield rerun


def _check_words(records: Sequence[Record]) -> None:
    """Raises CommandError where there are none to say again."""
    interview = interview_of(records)
    if interview.is_forgotten:
        raise CommandError(f"the words of interview {interview.id} were erased")


def _is_fine(exchange: Exchange, alone: bool) -> bool:
    return exchange.is_identical if alone else exchange.is_same_move


# For programs


def _print_json(outcomes: Sequence[Outcome]) -> None:
    told = {
        "same": all(outcome.is_same for outcome in outcomes),
        "interviews": [_outcome_json(outcome) for outcome in outcomes],
    }
    print_json(json.dumps(told, ensure_ascii=False, indent=2))


def _outcome_json(outcome: Outcome) -> dict[str, Any]:
    told: dict[str, Any] = {"name": outcome.name, "same": outcome.is_same}
    if outcome.error is not None:
        return {**told, "error": outcome.error}
    return {**told, "turns": [_exchange_json(exchange) for exchange in outcome.exchanges]}


def _exchange_json(exchange: Exchange) -> dict[str, Any]:
    return {
        "answer": exchange.answer,
        "recorded": _said_json(exchange.recorded),
        "new": _said_json(exchange.new) if exchange.new else None,
        "sameMove": exchange.is_same_move,
        "sameWords": exchange.is_same_words,
        "sameBytes": exchange.is_identical,
    }


def _said_json(said: Utterance) -> dict[str, Any]:
    event = said.event
    return {
        "move": said.move,
        "words": event.content,
        "backend": event.origin.backend if event.origin else None,
        "model": event.origin.model if event.origin else None,
    }


# For people


def _heading(records: Sequence[Record], alone: bool) -> Text:
    interview = interview_of(records)
    on = "its recording alone" if alone else "this gateway's backends"
    config = escape_line(f"{interview.config.role}, {interview.config.model or 'no model'}")
    return Text.assemble(
        (f"Interview {interview.id}, conducted again on {on}\n", "bold"),
        f"{config}, {interview.questions_asked} of {interview.config.total_questions} questions "
        f"asked, {interview.state}\n",
    )


def _print_outcome(out: Console, outcome: Outcome, width: int) -> None:
    mark = "same" if outcome.is_same else "DIFFERS" if outcome.error is None else "UNUSABLE"
    line = f"{mark:<9} {escape_line(outcome.name):<{width}}  {escape_line(outcome.verdict)}"
    out.print(Text(line, _style(outcome)), soft_wrap=True)
    for exchange in outcome.differing:
        _print_exchange(out, exchange, outcome.alone)


def _summary(outcomes: Sequence[Outcome]) -> Text:
    same = sum(outcome.is_same for outcome in outcomes)
    unusable = sum(outcome.error is not None for outcome in outcomes)
    differing = len(outcomes) - same - unusable
    parts = [f"{same} of {len(outcomes)} came out the same"]
    if differing:
        parts.append(f"{differing} differently")
    if unusable:
        parts.append(f"{unusable} could not be re-run")
    return Text(", ".join(parts), "bold")


def _print_exchange(out: Console, exchange: Exchange, alone: bool) -> None:
    recorded, new = exchange.recorded, exchange.new
    heading = Text(recorded.move, "bold")
    if not _is_fine(exchange, alone):
        heading.append(f"  ≠  {_difference(exchange)}", "red")
    out.print(heading, soft_wrap=True)
    if exchange.answer is not None:
        out.print(_labelled(out, "candidate", exchange.answer), soft_wrap=True)
    if new is None:
        out.print(_labelled(out, "recorded", _with_source(recorded)), soft_wrap=True)
    elif exchange.is_same_words:
        out.print(_labelled(out, "both", new.event.content), soft_wrap=True)
    elif out.is_terminal:
        out.print(_side_by_side(recorded, new))
    else:
        out.print(_labelled(out, "recorded", _with_source(recorded)), soft_wrap=True)
        out.print(_labelled(out, "now", _with_source(new)), soft_wrap=True)
    out.print()


def _difference(exchange: Exchange) -> str:
    """The differences, if there are any."""
    if exchange.new is None:
        return "the new interview has already ended"
    if not exchange.is_same_move:
        return exchange.new.move
    if not exchange.is_same_words:
        return "other words"
    return "another session"


def _side_by_side(recorded: Utterance, new: Utterance) -> Table:
    table = Table(expand=True, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title, said in (("recorded", recorded), ("now", new)):
        heading = Text(f"{title}, {_source(said)}", "cyan")
        table.add_column(heading, ratio=1, overflow="fold")
    table.add_row(*(Text(escape_controls(said.event.content)) for said in (recorded, new)))
    return table


def _labelled(out: Console, label: str, words: str) -> Text:
    return indented(escape_controls(words), out.width, MARGIN, label)


def _with_source(said: Utterance) -> str:
    return f"({_source(said)}) {said.event.content}"


def _source(said: Utterance) -> str:
    origin = said.event.origin
    if origin is None:
        return "source unknown"
    model = f" ({origin.model})" if origin.model else ""
    return escape_line(f"{origin.backend}{model} in {duration_text(origin.elapsed_ms)}")


def _style(outcome: Outcome) -> str:
    return "bold green" if outcome.is_same else "bold red"


def _moves(count: int) -> str:
    return "1 move" if count == 1 else f"{count} moves"


def _progress(out: Console) -> Progress:
    """A bar in the terminal, above which lines can be printed; nothing where there is none."""
    shown = out if out.is_terminal else Console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=shown, transient=True, disable=not shown.is_terminal)
