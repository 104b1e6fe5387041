"""Keys as they are given on the command line."""

from pathlib import Path

from api.cli.errors import CommandError
from eventlog.notes import BadNote, VerifierKey


def read_key(option: str, given: str, origin: str) -> VerifierKey:
    """The public key of the log `origin` that `option` gives, as text or as a file of it. Raises
    CommandError."""
    file = Path(given)
    try:
        key = VerifierKey.parse(file.read_text(encoding="utf-8") if file.is_file() else given)
    except (BadNote, OSError, UnicodeDecodeError) as error:
        raise CommandError(
            f"{option} is neither a public key nor a file with one: {error}"
        ) from error
    if key.name != origin:
        raise CommandError(f"{option} is the key of another log ({key.name}); this log is {origin}")
    return key
