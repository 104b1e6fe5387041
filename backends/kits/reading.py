"""A kit from the text of its file, or all that is wrong with it."""

import re
import tomllib
from collections.abc import Mapping, Sequence

from pydantic import ValidationError
from pydantic.alias_generators import to_snake
from pydantic_core import ErrorDetails

from backends.kits.errors import BrokenKit, Fault
from backends.kits.kit import Kit
from backends.kits.places import Path, TooComplex, places_of
from statemachine.validation import requirement

MAX_KIT_BYTES = 256 * 1024
MAX_FAULTS = 100

_AT = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
"""Where tomllib says that it found its error."""


def read_kit(content: bytes, file: str) -> Kit:
    """The kit in a file's content. Raises BrokenKit, in which the file is called `file`."""
    text = _decoded(content, file)
    try:
        places = places_of(text)
        found = tomllib.loads(text)
    except TooComplex as error:
        raise BrokenKit(
            file, [Fault("has more values than a kit, or deeper ones", error.line)]
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise BrokenKit(file, [_no_toml(str(error), text)]) from None
    except ValueError:  # of a number with thousands of digits, or a day that no month has
        message = "is not TOML: it has a number or a date that cannot be read"
        raise BrokenKit(file, [Fault(message)]) from None
    try:
        return Kit.model_validate(found)
    except ValidationError as error:
        problems = error.errors()[:MAX_FAULTS]
        faults = [_fault(one, places) for one in problems if not _follows(one, problems)]
        raise BrokenKit(file, sorted(faults, key=lambda fault: fault.line or 0)) from None


def _decoded(content: bytes, file: str) -> str:
    if len(content) > MAX_KIT_BYTES:
        message = f"must have at most {MAX_KIT_BYTES // 1024} KiB"
        raise BrokenKit(file, [Fault(message)])
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BrokenKit(file, [Fault("must be UTF-8 text", line)]) from None


def _no_toml(message: str, text: str) -> Fault:
    place = _AT.search(message)
    line = int(place[1]) if place and place[1] else text.count("\n") + 1
    said = _AT.sub("", message)
    return Fault(f"is not TOML: {said[:1].lower()}{said[1:200]}", line)


def _follows(problem: ErrorDetails, found: Sequence[ErrorDetails]) -> bool:
    """True for "too short" of a list whose own item is what is wrong."""
    place = problem["loc"]
    return problem["type"] == "too_short" and any(
        other["loc"][: len(place)] == place and len(other["loc"]) > len(place) for other in found
    )


def _fault(problem: ErrorDetails, places: Mapping[Path, int]) -> Fault:
    path = tuple(problem["loc"])
    if path not in places:  # pydantic has the names that fields have in JSON
        path = tuple(to_snake(part) if isinstance(part, str) else part for part in path)
    # What is missing has no line of its own; the table that it is missing from has.
    known = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in places), ())
    return Fault(requirement(problem), places.get(known, 1), _shown(path))


def _shown(path: Path) -> str:
    """("questions", 2, "text") as questions[2].text. A key that somebody made up is shortened, and
    shown so that a terminal takes it for text."""
    shown = ""
    for part in path:
        shown += f"[{part}]" if isinstance(part, int) else f".{_harmless(part)}"
    return shown.lstrip(".")


def _harmless(key: str) -> str:
    return key if re.fullmatch(r"\w{1,60}", key, re.ASCII) else ascii(key[:60])
