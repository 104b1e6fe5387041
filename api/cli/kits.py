"""Making, checking and listing interview kits."""

import sys
from collections.abc import Sequence
from pathlib import Path

import typer
from pydantic import TypeAdapter, ValidationError

from api.cli.errors import CommandError
from api.environment import variables
from api.transcript.escaping import escape_controls
from backends.kits.errors import BrokenKit, KitError
from backends.kits.folder import KitFolder, reason
from backends.kits.kit import Kit, is_kit_id
from backends.kits.library import KitListing, Kits
from backends.kits.reading import MAX_KIT_BYTES, read_kit
from backends.kits.writing import written
from statemachine.roles import Role
from statemachine.validation import requirement

STARTER = Kit.model_validate(
    {
        "role": "Florist",
        "greeting": "Hello, I'm OpenTalent Interviewer. I look forward to hearing about your work.",
        "closing": "Thank you for your time. This concludes the interview.",
        "questions": [
            {
                "text": "What do you do in an ordinary week of your work?",
                "simpler": "What is your work like?",
                "listen_for": ["tasks of the candidate's own", "who depends on them"],
                "follow_ups": ["Which of these tasks are yours alone?"],
                "criteria": ["craft"],
            },
            {
                "text": "Tell me about a piece of work that went wrong. What did you do?",
                "simpler": "What went wrong once, and what did you do then?",
                "listen_for": ["what went wrong and why", "what the candidate did about it"],
                "follow_ups": ["How did you find out why?", "What came of it?"],
                "criteria": ["craft", "judgement"],
            },
            {
                "text": "When two customers need you at once, how do you choose?",
                "simpler": "Two customers wait. Who is first, and why?",
                "listen_for": ["reasons for the order", "what those who wait are told"],
                "follow_ups": ["When did you last have to choose, and how did it end?"],
                "criteria": ["judgement"],
            },
        ],
        "rubric": [
            {
                "id": "craft",
                "name": "Knowledge of the work",
                "levels": [
                    "Names duties only.",
                    "Describes usual steps, without reasons.",
                    "Explains the own way of working with reasons and an example.",
                    "Chooses the way of working by the case, and checks the result.",
                ],
            },
            {
                "id": "judgement",
                "name": "Judgement",
                "levels": [
                    "Decides by habit.",
                    "Names a risk, but not how it was weighed.",
                    "Weighs a real choice, and says how it turned out.",
                    "Weighs with those concerned, and names what would change the decision.",
                ],
            },
        ],
    }
)
"""What a new kit begins with."""


def make(id: str, role: str | None, source: str | None) -> None:
    """Write a new kit's file. Raises CommandError."""
    if not is_kit_id(id):
        raise CommandError(
            "ID must be small letters and digits, with single hyphens between them: night-nurse"
        )
    folder = _folder()
    kit = STARTER if source is None else _kit(source)
    if role is not None:
        kit = kit.model_copy(update={"role": _role(role)})
    file = (folder or Path()) / f"{id}.toml"
    try:
        if folder is not None:
            folder.mkdir(exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(written(kit, with_comments=True))
    except FileExistsError:
        raise CommandError(f"{file} exists already; choose another id, or edit it") from None
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {reason(error)}") from None
    typer.echo(f"Wrote {file}. Edit it, then check it: interview-gateway kits check {file}")
    if folder is None:
        typer.echo("KITS is not set. Set it to the folder of your kits, so that they are used.")


def check(files: Sequence[Path]) -> bool:
    """Print what is wrong with each file, and return whether nothing is. Without files, those in
    KITS. Raises CommandError."""
    folder = _folder()
    if not files and folder is None:
        raise CommandError("name the files to check, or set KITS to the folder of your kits")
    broken = _broken(files) if files or folder is None else _broken_in(folder)
    for kit in broken:
        for line in str(kit).splitlines():
            print(escape_controls(line))
    if not broken:
        print("All kits can be used.")
    return not broken


def show(*, as_json: bool) -> None:
    """Print all kits."""
    kits = Kits(_folder())
    listings = kits.listings()
    if as_json:
        from api.http.wire.kits import KitOverview, KitsReply

        shown = [KitOverview.of(listing, is_staff=True) for listing in listings]
        reply = KitsReply(kits=shown, has_folder=kits.has_folder)
        print(reply.model_dump_json(by_alias=True, exclude_none=True))
        return
    rows = [_row(listing) for listing in listings]
    widths = [max(len(row[n]) for row in rows) for n in range(4)]
    for row in rows:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


def role_called(id: str) -> str | None:
    """The role of the kit with this id."""
    try:
        return Kits(_folder()).get(id).kit.role
    except KitError:
        return None


def _row(listing: KitListing) -> tuple[str, str, str, str]:
    id, kit = escape_controls(listing.id), listing.kit
    if kit is None:
        return id, "broken: see interview-gateway kits check", "", ""
    whose = "built in" if listing.built_in else "own"
    return id, kit.role, kit.language, f"{len(kit.questions)} questions, {whose}"


def _broken(files: Sequence[Path]) -> list[BrokenKit]:
    broken = []
    for file in files:
        try:
            with file.open("rb") as opened:
                content = opened.read(MAX_KIT_BYTES + 1)
        except OSError as error:
            raise CommandError(f"{file}: {reason(error)}") from None
        try:
            read_kit(content, str(file))
        except BrokenKit as found:
            broken.append(found)
    return broken


def _broken_in(path: Path) -> list[BrokenKit]:
    if not path.is_dir():
        raise CommandError(f"KITS: {path} is not a folder")
    folder = KitFolder(path)
    listings = Kits(path, built_in=path / "none").listings()
    if len(folder.ids()) > len(listings):
        print(f"{path} has more than {len(listings)} kits; the rest is left out", file=sys.stderr)
    return [listing.broken for listing in listings if listing.broken is not None]


def _kit(id: str) -> Kit:
    try:
        return Kits(_folder()).get(id).kit
    except KitError as error:
        raise CommandError(f"--from: {error}") from None


def _role(text: str) -> str:
    try:
        role: str = TypeAdapter(Role).validate_python(text)
    except ValidationError as error:
        raise CommandError(f"--role {requirement(error.errors()[0])}") from None
    return role


def _folder() -> Path | None:
    """The folder KITS, if it is set. Raises InvalidSettings."""
    found = variables().get("kits")
    return Path(str(found)) if found else None
