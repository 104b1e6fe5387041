"""Why a backend was passed over, in one of a few words. The log has the reason in a sentence, of
which there are many."""

import re
from enum import StrEnum

from backends.asking import Asking


class Reason(StrEnum):
    """Why a backend's words were not used."""

    OFFLINE = "offline"
    NOT_ASKED = "not-asked"
    """It is up, but failed or was too slow lately, or too many wait."""
    LOADING = "loading"
    TOO_SLOW = "too-slow"
    STOPPED = "stopped"
    """Somebody wished to wait no longer."""
    UNREACHABLE = "unreachable"
    ERROR_STATUS = "error-status"
    UNUSABLE = "unusable"
    """What it said could not be used."""


_BEGINNINGS = {
    Reason.OFFLINE: "Offline: ",
    Reason.NOT_ASKED: "Not asked: ",
    Reason.LOADING: "Its model is being loaded|The load of its model",
    Reason.TOO_SLOW: "No answer within|Asked nothing within",
    Reason.STOPPED: "Nobody waited",
    Reason.UNREACHABLE: "Connection |Could not connect|Could not be asked|Broke off|No encrypted|"
    "Its certificate|It refuses the TLS|It ended the connection|It demands a client|"
    "Ended the connection",
    Reason.ERROR_STATUS: r"HTTP \d|Redirects ",
}
_PATTERNS = {reason: re.compile(text) for reason, text in _BEGINNINGS.items()}


def reason_of(sentence: str) -> Reason:
    """The word for an attempt's reason, or for a backend's error."""
    found = (reason for reason, pattern in _PATTERNS.items() if pattern.match(sentence))
    return next(found, Reason.UNUSABLE)


class Outcome(StrEnum):
    """How the asking of a backend ended."""

    WHOLE = "whole"
    FAILED = "failed"
    ENDED = "ended"
    """The gateway hung up, because it needed no more or waited no longer."""


def outcome_of(asking: Asking) -> Outcome:
    """How an asking that is over ended."""
    if asking.error is not None:
        return Outcome.FAILED
    return Outcome.WHOLE if asking.is_whole else Outcome.ENDED
