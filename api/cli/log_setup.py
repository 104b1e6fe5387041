"""The gateway's own log output. It never shows what a person or a model said."""

import logging
from traceback import format_tb
from types import TracebackType

from api.transcript.escaping import escape_controls

_Info = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class EscapingFormatter(logging.Formatter):
    """Lines for a terminal, whosever words are in them: nothing in them acts or hides."""

    def format(self, record: logging.LogRecord) -> str:
        return escape_controls(super().format(record))


class RedactingFormatter(EscapingFormatter):
    """Tells of an exception where it came from and its type, but not its message: that may
    quote the input, and with it the candidate's answer."""

    def formatException(self, ei: _Info) -> str:  # noqa: N802 - logging's name
        told = []
        error = ei[1]
        while error is not None:
            trace = "".join(format_tb(error.__traceback__))
            told.append(f"Traceback (most recent call last):\n{trace}{_name(error)}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n\nwhich came of\n\n".join(told)


def _name(error: BaseException) -> str:
    kind = type(error)
    return f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")


def set_up_logging(level: str) -> None:
    """Print what is logged from `level` on; words only at DEBUG, for whoever asks for them."""
    shape = "%(asctime)s %(levelname)s %(message)s"
    handler = logging.StreamHandler()
    formatter = EscapingFormatter if level == "DEBUG" else RedactingFormatter
    handler.setFormatter(formatter(shape))
    logging.basicConfig(level=level, handlers=[handler])
    # These tell of every request, probe and transition; only their warnings are news.
    for talkative in ("httpx", "httpcore", "transitions", "uvicorn"):
        logging.getLogger(talkative).setLevel(max(logging.WARNING, logging.getLogger().level))
