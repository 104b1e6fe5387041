"""Which kits there are: those that come with the gateway, and those in the folder KITS, which go
before them.

Nothing is read before it is asked for: to parse all kits takes longer than all else that the
gateway does when it starts. What was read is kept until its file changes.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from backends.kits.errors import (
    BrokenKit,
    BuiltInKit,
    Fault,
    KitChanged,
    KitNotWritten,
    KitTooLarge,
    NoKitsFolder,
    UnknownKit,
)
from backends.kits.folder import MAX_KITS, YAML, KitFolder, Stamp, reason
from backends.kits.kit import Kit, is_kit_id
from backends.kits.reading import MAX_KIT_BYTES, read_kit
from backends.kits.writing import written
from statemachine.brief import ID

logger = logging.getLogger(__name__)

BUILT_IN = Path(__file__).parent / "files"

GENERAL = "general"
"""The id of the kit for a role that no kit is for any more. It is in no list."""

ANY_VERSION = "*"


@dataclass(frozen=True)
class FoundKit:
    """A kit and its id. `built_in`: it comes with the gateway."""

    id: str
    kit: Kit
    built_in: bool


@dataclass(frozen=True)
class KitListing:
    """A kit in the list of all: `kit`, or what is wrong with its file."""

    id: str
    built_in: bool
    kit: Kit | None = None
    broken: BrokenKit | None = None


_GENERAL_FOLDER = KitFolder(BUILT_IN.parent, is_fixed=True)


class Kits:
    """All kits. `folder` is the one of KITS, if it is set. Any thread may ask."""

    def __init__(self, folder: Path | None = None, built_in: Path = BUILT_IN) -> None:
        self._own = None if folder is None else KitFolder(folder)
        self._built_in = KitFolder(built_in, is_fixed=True)
        self._read: dict[tuple[KitFolder, str], tuple[Stamp | None, Kit | BrokenKit]] = {}
        self._writing = Lock()
        self._is_too_full = False

    @property
    def has_folder(self) -> bool:
        """Whether KITS is set, so that kits can be written."""
        return self._own is not None

    def get(self, id: str) -> FoundKit:
        """The kit with this id. Raises UnknownKit or BrokenKit."""
        for folder in self._folders():
            kit = self._in(folder, id)
            if isinstance(kit, BrokenKit):
                raise kit
            if kit is not None:
                return FoundKit(id, kit, folder is self._built_in)
        raise UnknownKit(id)

    def for_role(self, role: str, language: str | None = None) -> FoundKit | None:
        """The kit for the role, in the language if there is one, else in English. None where no
        kit is for it."""
        found = [*self._own_for(role), *self._built_in_for(role, language)]
        return min(found, key=lambda kit: _distance(kit, language), default=None)

    def general(self) -> FoundKit:
        """The kit for an interview in the log whose role no kit is for any more."""
        kit = self._in(_GENERAL_FOLDER, GENERAL)
        assert isinstance(kit, Kit), "it comes with the gateway"
        return FoundKit(GENERAL, kit, built_in=True)

    def roles(self) -> list[str]:
        """The roles that there are kits for, in order. It reads all kits."""
        return sorted({listing.kit.role for listing in self.listings() if listing.kit})

    def listings(self) -> list[KitListing]:
        """All kits by their ids, also those whose files are broken. It reads them all."""
        listed: dict[str, KitListing] = {}
        for folder in reversed(self._folders()):
            for id in self._ids(folder):
                kit = self._in(folder, id)
                built_in = folder is self._built_in
                if isinstance(kit, BrokenKit):
                    listed[id] = KitListing(id, built_in, broken=kit)
                elif kit is not None:
                    listed[id] = KitListing(id, built_in, kit)
        return sorted(listed.values(), key=lambda listing: listing.id)

    def put(self, id: str, kit: Kit, version: str | None = None) -> FoundKit:
        """Write a kit into KITS. If a `version` is given, it must be the one that is there, or any
        for ANY_VERSION; "" is that of a kit that is not there.

        Raises NoKitsFolder, KitChanged, KitTooLarge, KitNotWritten, or BrokenKit if the id cannot
        be a kit's.
        """
        with self._writing:
            own = self._writable(id, version)
            text = written(kit)
            if not is_kit_id(id):
                raise BrokenKit(own.called(ascii(id)), [_bad_id()])
            if len(text.encode()) > MAX_KIT_BYTES:
                raise KitTooLarge(id, MAX_KIT_BYTES)
            ids = self._ids(own)
            if id not in ids and len(ids) >= MAX_KITS:
                raise KitNotWritten(id, f"the folder has {MAX_KITS} kits, and may not have more")
            own.write(id, text)
            return FoundKit(id, kit, built_in=False)

    def delete(self, id: str, version: str | None = None) -> None:
        """Delete a kit from KITS; `version` as for `put`. Raises UnknownKit, BuiltInKit,
        NoKitsFolder, KitChanged or KitNotWritten."""
        with self._writing:
            if self._own is None or self._in(self._own, id) is None:
                if self._in(self._built_in, id) is None:
                    raise UnknownKit(id)
                raise BuiltInKit(id)
            self._writable(id, version).delete(id)

    def _folders(self) -> list[KitFolder]:
        """Where kits are, those first that go before the others."""
        return [self._built_in] if self._own is None else [self._own, self._built_in]

    def _ids(self, folder: KitFolder) -> list[str]:
        try:
            ids = folder.ids()
        except OSError as error:
            logger.warning("The folder of kits cannot be read: %s", reason(error))
            return []
        if len(ids) > MAX_KITS and not self._is_too_full:
            self._is_too_full = True
            logger.warning("The folder of kits has more than %d; the rest is left out", MAX_KITS)
        return ids[:MAX_KITS]

    def _in(self, folder: KitFolder, id: str) -> Kit | BrokenKit | None:
        """The folder's kit with this id, or what is wrong with it."""
        if not is_kit_id(id):
            return self._misnamed(folder, id)
        try:
            stamp = folder.stamp(id)
            if stamp is None:
                return None
            held = self._read.get((folder, id))
            if held is not None and held[0] == stamp:
                return held[1]
            content = folder.read(id)
        except FileNotFoundError:
            return None
        except OSError as error:
            return BrokenKit(folder.called(id), [Fault(f"cannot be read: {reason(error)}")])
        except BrokenKit as broken:
            kit: Kit | BrokenKit = broken
        else:
            kit = _kit_in(content, folder.called(id))
        if isinstance(kit, BrokenKit):
            self._left_out(id, kit)
        self._read[folder, id] = stamp, kit
        return kit

    def _misnamed(self, folder: KitFolder, id: str) -> BrokenKit | None:
        """What is wrong with a file that has no kit's name, if there is such a file."""
        if id not in self._ids(folder):
            return None
        fault = Fault("is YAML; write the kit as TOML") if id.endswith(YAML) else _bad_id()
        broken = BrokenKit(folder.called(ascii(id)), [fault])
        if (folder, id) not in self._read:
            self._left_out(id, broken)
            self._read[folder, id] = None, broken
        return broken

    def _left_out(self, id: str, broken: BrokenKit) -> None:
        logger.warning("The kit %s is left out: %s", ascii(id), "; ".join(str(broken).splitlines()))

    def _own_for(self, role: str) -> Iterator[FoundKit]:
        if self._own is None:
            return
        for id in self._ids(self._own):
            kit = self._in(self._own, id)
            if isinstance(kit, Kit) and kit.role == role:
                yield FoundKit(id, kit, built_in=False)

    def _built_in_for(self, role: str, language: str | None) -> Iterator[FoundKit]:
        """The built-in kits for the role, found by their ids: no other need be read."""
        slug = "-".join(re.findall(ID.pattern.partition("(")[0], role.lower()))
        tag = (language or "en").partition("-")[0].lower()
        for id in (f"{slug}-{tag}", slug):
            if self._own is not None and self._in(self._own, id) is not None:
                continue  # which goes before it, whatever it is for
            kit = self._in(self._built_in, id) if is_kit_id(id) else None
            if isinstance(kit, Kit) and kit.role == role:
                yield FoundKit(id, kit, built_in=True)

    def _writable(self, id: str, version: str | None) -> KitFolder:
        if self._own is None:
            raise NoKitsFolder
        if version is not None:
            try:
                found = self.get(id).kit.version
            except UnknownKit:
                found = ""
            except BrokenKit:
                found = "broken"
            if found != version and not (found and version == ANY_VERSION):
                raise KitChanged(id)
        return self._own


def _kit_in(content: bytes, file: str) -> Kit | BrokenKit:
    try:
        return read_kit(content, file)
    except BrokenKit as broken:
        return broken


def _bad_id() -> Fault:
    return Fault("the name must be small letters and digits, with single hyphens between them")


def _distance(found: FoundKit, language: str | None) -> tuple[int, bool, str]:
    """How far a kit is from what was asked for. An own kit is meant if no language is named."""
    asked, has = (language or "en").lower(), found.kit.language.lower()
    primary = has.partition("-")[0]
    if has == asked or (language is None and not found.built_in):
        far = 0
    elif primary == asked.partition("-")[0]:
        far = 1
    else:
        far = 2 if primary == "en" else 3
    return far, found.built_in, found.id
