"""The gateway's own log output. It never shows what a person or a model said."""

import json
import logging
import re
import sys
import threading
from datetime import UTC, datetime
from traceback import format_tb
from types import TracebackType

from api.environment import LogFormat
from api.transcript.escaping import escape_controls
from backends.correlation import current

logger = logging.getLogger(__name__)

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


class JsonFormatter(logging.Formatter):
    """One JSON object a line, in ASCII, with the ids of the request and of its trace. `text` writes
    the exceptions."""

    def __init__(self, text: logging.Formatter) -> None:
        super().__init__()
        self._text = text

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        request = current.get()
        if request is not None:
            line["request_id"] = request.request_id
            if request.trace_id is not None and request.span_id is not None:
                line |= {"trace_id": request.trace_id, "span_id": request.span_id}
        if record.exc_info:
            line["exception"] = self._text.formatException(record.exc_info)
        return json.dumps(line)


class AsyncioFilter(logging.Filter):
    """Leaves of asyncio's errors what they are. Behind that it shows objects: the arguments of a
    callback, a task with the message of its exception."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "asyncio" and record.levelno >= logging.WARNING:
            record.msg, record.args = re.split(r"[\n(<]", record.getMessage())[0].strip(), None
        return True


def set_up_logging(level: str, shape: LogFormat = LogFormat.TEXT) -> None:
    """Print what is logged from `level` on; at no level what a person or a model said."""
    handler = logging.StreamHandler()
    text = RedactingFormatter("%(asctime)s %(levelname)s %(message)s")
    handler.setFormatter(JsonFormatter(text) if shape is LogFormat.JSON else text)
    handler.addFilter(AsyncioFilter())
    logging.basicConfig(level=level, handlers=[handler])
    # These tell of every request, probe and transition; only their warnings are news.
    for talkative in ("httpx", "httpcore", "transitions", "uvicorn"):
        logging.getLogger(talkative).setLevel(max(logging.WARNING, logging.getLogger().level))
    # It warns of each connection that broke, with the address of an object. The log on PostgreSQL
    # says what that means.
    logging.getLogger("psycopg").setLevel(max(logging.ERROR, logging.getLogger().level))
    _log_what_nobody_catches()


def _log_what_nobody_catches() -> None:
    """Python would print it past the log, with its message."""
    logging.captureWarnings(capture=True)

    def failed(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
        logger.critical("The gateway failed", exc_info=error)

    def thread_failed(failure: threading.ExceptHookArgs) -> None:
        logger.error("A thread of the gateway failed", exc_info=failure.exc_value)

    def ignored(failure: "sys.UnraisableHookArgs") -> None:
        logger.error("Python ignored an error", exc_info=failure.exc_value)

    sys.excepthook, threading.excepthook, sys.unraisablehook = failed, thread_failed, ignored
