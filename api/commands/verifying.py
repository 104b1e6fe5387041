"""`interview-gateway audit verify`: is the log what it was?"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.commands.errors import CommandError
from api.commands.exporting import read_note
from api.commands.terminal import console, print_json
from api.harmless import visible_line
from api.verify_process import stand_back
from api.wire_verify import VerifyReport
from eventlog import file
from eventlog.errors import LogUnavailable
from eventlog.keys import key_name, load_verifier
from eventlog.notes import BadNote, VerifierKey
from eventlog.open import log_file
from eventlog.verification.checkpoints import Kept
from eventlog.verification.verify import Progress as Told
from eventlog.verification.verify import Report, verify


def verify_log(url: str, *, key: str | None, kept: Sequence[Path], as_json: bool) -> bool:
    """Check the log that `url` names and print what came of it; whether it holds. `key` is a
    verifier key or the file of one, `kept` are files of checkpoints. Raises CommandError,
    LogNotOpened or LogUnavailable."""
    path, log_id = log_file(url)
    notes = [Kept(f"the checkpoint in {note}", read_note(note)) for note in kept]
    trusted = _read_key(key, key_name(log_id)) if key is not None else None
    verifier = trusted or _key_beside(path, log_id)
    stand_back()
    with _progress() as told:
        report = verify(path, key_name(log_id), key=verifier, kept=notes, progress=told)
    if as_json:
        print_json(json.dumps(_as_json(report, path, verifier), indent=2, ensure_ascii=False))
    else:
        _print(report, path, verifier, is_trusted=trusted is not None)
    return report.holds


def _read_key(given: str, name: str) -> VerifierKey:
    file = Path(given)
    try:
        key = VerifierKey.parse(file.read_text(encoding="utf-8") if file.is_file() else given)
    except (BadNote, OSError, UnicodeDecodeError) as error:
        raise CommandError(f"--key is neither a verifier key nor a file of one: {error}") from error
    if key.name != name:
        raise CommandError(f"--key is the key of {key.name}, and this log signs by {name}")
    return key


def _key_beside(path: Path, log_id: str) -> VerifierKey | None:
    """The log's own key, if whoever checks may read it; it is never made here."""
    try:
        return load_verifier(file.key_path(path), log_id)
    except LogUnavailable:
        return None


@contextmanager
def _progress() -> Iterator[Told]:
    """A bar on standard error, where a person sees it."""
    columns = (TextColumn("Checking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    shown = Console(stderr=True)
    with Progress(*columns, console=shown, transient=True, disable=not shown.is_terminal) as bar:
        task = bar.add_task("events", total=None)

        def told(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        yield told


def _print(report: Report, path: Path, key: VerifierKey | None, *, is_trusted: bool) -> None:
    out = console()
    for finding in report.findings:
        out.print(visible_line(f"{_capital(finding.place)}: {finding.message}."))
    if report.left_out:
        out.print(f"There is more: {report.left_out:,} findings are not shown.")
    held = f"{_many(report.events, 'event')} of {_many(report.interviews, 'interview')}"
    out.print(visible_line(f"Log: {path} ({report.origin})"))
    if report.holds:
        out.print(f"It holds: {held}, all as they were logged.", style="green")
    else:
        count = len(report.findings) + report.left_out
        found = f"{_many(count, 'finding')} in {held}"
        out.print(f"It does NOT hold: {found}.{_since(report)}", style="red")
    out.print(_covered(report))
    out.print(_signatures(key, is_trusted=is_trusted))


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _since(report: Report) -> str:
    return f" The first is at event {report.first}." if report.first is not None else ""


def _covered(report: Report) -> str:
    if not report.covered:
        return "No checkpoint covers it: who has the file could have written all of it anew."
    last = report.covered - 1
    rest = report.events - report.covered
    behind = f"; no checkpoint covers the {rest:,} behind it yet" if rest > 0 else ""
    return f"Checkpoints: the tree says what was signed, up to event {last}{behind}."


def _signatures(key: VerifierKey | None, *, is_trusted: bool) -> str:
    if key is None:
        return "Signatures: not checked; no key can be read beside the log. Give yours with --key."
    if is_trusted:
        return "Signatures: checked with your key."
    return (
        "Signatures: checked with the key beside the log, which whoever changed the log could have "
        "changed too. Give the one you kept with --key."
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _as_json(report: Report, path: Path, key: VerifierKey | None) -> dict[str, object]:
    whole = VerifyReport.of_report(report).model_dump(mode="json", by_alias=True)
    return {"log": str(path), "key": str(key) if key is not None else None, **whole}
