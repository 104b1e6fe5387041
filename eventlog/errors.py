"""Errors of the log. Each message is for a person and says what to do.

EventLogError
├── VersionConflict    somebody else moved the interview first; read it again
├── ClaimLost          another gateway makes this reply now
├── LogUnavailable     it cannot be written or read now; nothing was taken
│   ├── NoSigningKey       its checkpoints cannot be signed: the key is missing or another one
│   └── OutcomeUnknown     it is not known whether it was taken
├── WrongOldKey        a key that is said to have signed the log, and did not
├── ReservedId         an interview cannot have this id
├── UnreadableEvent    a record of a kind or schema version this release does not know
├── LogCorrupted        what the log holds cannot have been logged; `audit verify` says more
├── WordsForgotten     a record whose words were erased
└── LogNotOpened       it cannot be opened at all
    ├── NoLog          there is none yet
    ├── NotALog        the file is something else
    ├── LogTooNew      it was written by a newer release
    ├── LogReadOnly    the file or its folder cannot be written
    ├── LogFull        its disk is full or fails, which may pass
    └── LogInUse        another gateway has it open
"""


class EventLogError(Exception):
    """The base of everything this package raises."""


class VersionConflict(EventLogError):
    """The interview is not at the version that the append expected. The message names both: where
    two say the same, nobody has moved it in between."""


class ClaimLost(EventLogError):
    """The reply was not taken: another gateway makes it now, because this one was silent for too
    long."""


class LogUnavailable(EventLogError):
    """The log cannot be used at the moment; what was to be appended was not taken."""


class NoSigningKey(LogUnavailable):
    """The key that signs the log's checkpoints is not beside it. All else works."""


class OutcomeUnknown(LogUnavailable):
    """The way to the log broke off in mid-commit, and could not be made again in time. What was to
    be appended was taken, or not; the same append again is refused if it was."""


class WrongOldKey(EventLogError):
    """A key that is said to have signed the log's newest checkpoint, and did not."""


class ReservedId(EventLogError):
    """An id that no interview can have."""


class UnreadableEvent(EventLogError):
    """A record that this release cannot turn back into an event."""


class LogCorrupted(EventLogError):
    """Something that the gateway never wrote: somebody changed it since, or its disk did."""


class WordsForgotten(EventLogError):
    """A record whose payload was erased; its commitment is all that is left of it."""


class LogNotOpened(EventLogError):
    """The log cannot be opened; nothing in it was touched."""


class NoLog(LogNotOpened):
    """There is no file to read."""


class NotALog(LogNotOpened):
    """The file exists and is not an interview log."""


class LogTooNew(LogNotOpened):
    """The file has a schema that only a newer release knows."""


class LogReadOnly(LogNotOpened):
    """The file or its folder cannot be written."""


class LogFull(LogNotOpened):
    """The disk has no room to open it now, or reports an error."""


class LogInUse(LogNotOpened):
    """Another process holds the log."""
