"""The errors of kits.

KitError
├── UnknownKit      none has this id
├── BrokenKit       its file is not as a kit must be
├── BuiltInKit      it comes with the gateway
├── NoKitsFolder    nobody has said where kits are kept
├── KitChanged      it is not the version that the caller knows
├── KitTooLarge     as a file, it would be larger than a kit may be
└── KitNotWritten   the file could not be written
"""

from collections.abc import Sequence
from dataclasses import dataclass


class KitError(Exception):
    """The base of these errors. Its message says what to do, without the path of a folder."""


@dataclass(frozen=True)
class Fault:
    """What is wrong in a kit's file: in which line, counted from 1, and in which field, such as
    `questions[2].text`; None where it is the file as a whole."""

    message: str
    line: int | None = None
    field: str | None = None

    def at(self, file: str) -> str:
        """The fault in a line of text, with the file as the reader knows it."""
        place = file if self.line is None else f"{file}, line {self.line}"
        return ", ".join((place, *([self.field] if self.field else ()))) + f": {self.message}"


class UnknownKit(KitError):
    def __init__(self, id: str) -> None:
        super().__init__(f"There is no kit {id!r}. GET /api/v1/kits lists the kits.")


class BrokenKit(KitError):
    """`faults` are all that were found in `file`."""

    def __init__(self, file: str, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(fault.at(file) for fault in faults))
        self.file = file
        self.faults = tuple(faults)


class BuiltInKit(KitError):
    def __init__(self, id: str) -> None:
        super().__init__(
            f"The kit {id!r} is built in, so it cannot be deleted. To use another one in its "
            "place, PUT a kit with its id."
        )


class NoKitsFolder(KitError):
    def __init__(self) -> None:
        super().__init__(
            "This gateway keeps no kits of its own. Set KITS to a folder, and restart the gateway."
        )


class KitChanged(KitError):
    def __init__(self, id: str) -> None:
        super().__init__(
            f"The kit {id!r} is not the version that you know. GET it again, and repeat your "
            "change on what you get."
        )


class KitTooLarge(KitError):
    def __init__(self, id: str, most: int) -> None:
        super().__init__(
            f"The kit {id!r} is too large: as a file, it must have at most {most // 1024} KiB."
        )


class KitNotWritten(KitError):
    """`reason` is in the system's words, without a path."""

    def __init__(self, id: str, reason: str) -> None:
        super().__init__(
            f"The kit {id!r} was not written or deleted: {reason}. Nothing has changed. See to it "
            "that the gateway may write to the folder KITS."
        )
