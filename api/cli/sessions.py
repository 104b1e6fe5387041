"""The session that an interview's client held after each event, and what changed in it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from rich.text import Text

from api.cli.errors import NothingToShow
from api.cli.terminal import console, indented, print_json
from api.transcript.escaping import escape_controls, escape_line
from eventlog.errors import WordsForgotten
from eventlog.records import Record
from eventlog.story import session_at_version
from statemachine.session import Session


def show_session(records: Sequence[Record], version: int, *, as_json: bool) -> None:
    """Print the session as the client held it after event `version`. Raises NothingToShow."""
    session = _session_at(records, version)
    if session is None:
        raise NothingToShow(
            f"at version {version} the client held no session yet: no question had been asked"
        )
    if as_json:
        print_json(session.to_json())
        return
    out = console()
    status = "complete" if session.is_complete else f"question {session.current_question} waits"
    held = f"The session as the client held it at version {version} of {len(records)}: "
    out.print(Text.assemble((held, "bold"), f"{_setup(session)}, {status}"), soft_wrap=True)
    for index, message in enumerate(session.messages):
        out.print(Text(f"\n[{index}] {message.role}", "bold"))
        out.print(indented(escape_controls(message.content), out.width, 4), soft_wrap=True)


def show_difference(records: Sequence[Record], old: int, new: int, *, as_json: bool) -> None:
    """Print what changed in the client's session from version `old` to `new`. Raises
    NothingToShow."""
    before, after = (_as_json(_session_at(records, version)) for version in (old, new))
    changes = list(_changes("", before, after))
    if as_json:
        listed = [vars(change) for change in changes]
        told = {"old": old, "new": new, "changes": listed}
        print_json(json.dumps(told, ensure_ascii=False, indent=2))
        return
    out = console()
    out.print(Text(f"The client's session from version {old} to {new}:", "bold"))
    if not changes:
        out.print("  nothing changed")
    for change in changes:
        out.print(Text(f"\n  {change.path or 'session'}", "bold"), soft_wrap=True)
        for mark, style, value in (("-", "red", change.before), ("+", "green", change.after)):
            if value is not None:
                shown = indented(escape_controls(_as_text(value)), out.width, 6, mark)
                shown.stylize(style)
                out.print(shown, soft_wrap=True)


def _as_text(value: Any) -> str:
    match value:
        case {"role": role, "content": content}:
            return f"{role}: {content}"
    return json.dumps(value, ensure_ascii=False)


def _session_at(records: Sequence[Record], version: int) -> Session | None:
    try:
        return session_at_version(records, version)
    except IndexError:
        raise NothingToShow(
            f"there is no version {version}; this interview has 1 to {len(records)}"
        ) from None
    except WordsForgotten:
        raise NothingToShow("the words of this interview were erased") from None


def _setup(session: Session) -> str:
    config = session.config
    return escape_line(
        f"{config.role}, {config.model or 'no model'}, {config.total_questions} questions"
    )


def _as_json(session: Session | None) -> Any:
    return session and session.model_dump(mode="json", by_alias=True, exclude_none=True)


@dataclass(frozen=True)
class Change:
    """A place in the session, and what stood there before and after (None: nothing)."""

    path: str
    before: Any
    after: Any


def _changes(path: str, before: Any, after: Any) -> Iterator[Change]:
    match before, after:
        case dict(), dict():
            for key in {**before, **after}:
                place = f"{path}.{key}" if path else key
                yield from _changes(place, before.get(key), after.get(key))
        case list(), list():
            for index, (old, new) in enumerate(zip_longest(before, after)):
                yield from _changes(f"{path}[{index}]", old, new)
        case _ if before != after:
            yield Change(path, before, after)
