"""`interview-gateway audit verify`: is the log consistent, and does it match the checkpoints that
were kept?"""

import json
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

from api.cli.errors import CommandError
from api.cli.exporting import read_note
from api.cli.keys import read_key
from api.cli.progress import shown_progress
from api.cli.terminal import console, print_json
from api.environment import eventlog_key
from api.transcript.escaping import escape_line
from api.usecases.verify_process import lower_priority
from api.usecases.verify_report import VerifyReport
from eventlog.open import stored_log
from eventlog.verification.checkpoints import Kept
from eventlog.verification.signatures import KnownFrom, SigningKey
from eventlog.verification.verify import Report, verify


def verify_log(
    url: str, *, keys: Sequence[str], kept: Sequence[Path], covers: int | None, as_json: bool
) -> bool:
    """Check the log that `url` names and print what came of it; whether it holds. `keys` are
    verifier keys or files of them, `kept` are files of checkpoints, and `covers` how many events
    these are to cover. Raises CommandError, LogNotOpened or LogUnavailable."""
    if covers is not None:
        _check_asked(covers, kept)
    log = stored_log(url, eventlog_key())
    notes = [Kept(f"the checkpoint in {note}", read_note(note)) for note in kept]
    given = [read_key("--key", key, log.origin) for key in keys]
    lower_priority()
    with shown_progress("Checking") as told:
        report = verify(log, keys=given, kept=notes, progress=told)
    if as_json:
        print_json(json.dumps(_as_json(report, log.where), indent=2, ensure_ascii=False))
    else:
        _print(report, log.where)
    if covers is not None:
        _check_covered(report, covers, is_signed=bool(given))
    return report.holds


def _check_asked(covers: int, kept: Sequence[Path]) -> None:
    if covers < 0:
        raise CommandError(f"--covers {covers} must be 0 or more")
    if not kept:
        raise CommandError("--covers needs a checkpoint that you kept; give it with --checkpoint")


def _check_covered(report: Report, wanted: int, *, is_signed: bool) -> None:
    found = report.coverage.kept_signed if is_signed else report.coverage.kept
    if found < wanted:
        which = "signed by a key that you gave" if is_signed else "that you gave"
        raise CommandError(
            f"the checkpoints {which} cover {_many(found, 'event')}, and --covers asks for "
            f"{wanted:,}; the log has {report.events:,}"
        )


def _print(report: Report, where: str) -> None:
    out = console()
    for finding in report.findings:
        out.print(escape_line(f"{_capital(finding.place)}: {finding.message}."))
    if report.left_out:
        out.print(f"{_are(report.left_out, ' more')} not shown.")
    held = f"{_many(report.events, 'event')} of {_many(report.interviews, 'interview')}"
    out.print(escape_line(f"Log: {where} ({report.origin})"))
    if report.holds:
        out.print(f"The log is consistent: {held}.", style="green")
    else:
        count = len(report.findings) + report.left_out
        found = f"{_many(count, 'finding')} in {held}"
        out.print(f"The log is NOT consistent: {found}.{_since(report)}", style="red")
    for line in (*_covered(report), *_signatures(report.keys)):
        out.print(escape_line(line))


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _since(report: Report) -> str:
    return f" The first is at event {report.first}." if report.first is not None else ""


def _covered(report: Report) -> Iterator[str]:
    """How many events are covered by what, and what that shows."""
    found = report.coverage
    if found.kept:
        signed = f"; {found.kept_signed:,} by one with your key" if found.kept_signed else ""
        if found.kept == found.kept_signed:
            signed = ", signed by a key that you gave"
        yield f"{_are(found.kept, ' of them')} covered by a checkpoint that you kept{signed}."
    else:
        yield (
            "No checkpoint that you kept covers any of them, so this check shows only that the log "
            "is consistent. Give one with --checkpoint."
        )
    if found.sealed_only:
        yield (
            f"{_are(found.sealed_only)} covered only by checkpoints in the log itself. Before "
            "these checkpoints were made, someone who can write the file could have changed the "
            "events and deleted older checkpoints. Someone who has the key could have done that "
            "later too, and signed new checkpoints."
        )
    if report.uncovered:
        yield (
            f"{_are(report.uncovered)} not covered by a checkpoint. Someone who can write the file "
            "could have changed or removed them."
        )
    elif found.kept:
        yield (
            "There may have been later events that someone cut off. Only a newer checkpoint shows "
            "that."
        )


def _are(count: int, of_what: str = "") -> str:
    return f"{count:,}{of_what} {'is' if count == 1 else 'are'}"


CHECKED = {
    KnownFrom.GIVEN: "checked with a key that you gave",
    KnownFrom.BESIDE: "checked with the key beside the log. Someone who changed the log could have "
    "changed that key too. Give the key that you kept with --key",
    KnownFrom.LOG: "checked with a key that only the log itself names. Give the key that you kept "
    "with --key",
    KnownFrom.NOWHERE: "not checked, because the key that signed them is unknown. Give your key "
    "with --key",
}


def _signatures(keys: Sequence[SigningKey]) -> Iterator[str]:
    """The keys that the signatures were checked with, in their order."""
    for key, following in zip_longest(keys, keys[1:]):
        since = f", from event {key.start} on" if key.start else ""
        until = f", up to event {following.start - 1}" if following else ""
        id = f" (key {key.key.id.hex()})" if key.key is not None and len(keys) > 1 else ""
        yield f"Signatures{since or until}{id}: {CHECKED[key.known_from]}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _as_json(report: Report, where: str) -> dict[str, object]:
    return {
        "log": where,
        **VerifyReport.of_report(report).model_dump(mode="json", by_alias=True),
    }
