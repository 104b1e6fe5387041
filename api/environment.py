"""What was set: in the environment, or in the `.env` of the working folder."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Any

BLANK = "".join(map(chr, (*range(33), 127, 0x85, 0xA0, 0x200B, 0x2028, 0x2029, 0xFEFF)))
"""What nobody sees at the ends of a value."""


class LogFormat(StrEnum):
    """How a line of the gateway's own log is written."""

    TEXT = "text"
    JSON = "json"


class InvalidSettings(Exception):
    """Settings that cannot be used. The message has a line for each variable at fault."""


def variables() -> dict[str, Any]:
    """Return what was set, by the variables' names in small letters. The environment goes before
    `.env`, and a variable that is empty is not set. Raises InvalidSettings."""
    return {**tidied(_in_dotenv()), **tidied(dict(os.environ))}


def eventlog_url() -> str:
    """Return where the event log is. A command on the log needs no other setting, and the class of
    all of them takes 0.1 s to import. Raises InvalidSettings."""
    return str(variables().get("eventlog_url") or log_of_this_user())


def eventlog_key() -> Path | None:
    """Return the file of the key that signs a log in a database; None if it is not set. Raises
    InvalidSettings."""
    found = variables().get("eventlog_key")
    return Path(str(found)).expanduser() if found else None


def log_of_this_user() -> str:
    """Return where the event log is unless it is set. Raises InvalidSettings."""
    from platformdirs import user_data_path

    try:
        folder = user_data_path("interview-gateway")
    except RuntimeError as error:
        raise InvalidSettings(
            "EVENTLOG_URL: must be set, because this user has no home folder to keep the log in; "
            "for example EVENTLOG_URL=sqlite:////var/lib/interviews.db"
        ) from error
    return f"sqlite:///{folder}/interviews.db"


def tidied(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values that are not empty, without what cmd.exe, Docker's --env-file and editors
    leave around them: white space, invisible marks, a pair of quotes."""
    tidy = {name.lower(): unquoted(value) for name, value in values.items()}
    return {name: value for name, value in tidy.items() if value not in (None, "")}


def unquoted(value: Any) -> Any:
    """Return a text without blanks and a pair of quotes around it; anything else as it is."""
    if not isinstance(value, str):
        return value
    value = value.strip(BLANK)
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1].strip(BLANK)
    return value


def _in_dotenv() -> dict[str, Any]:
    file = Path(".env")
    try:
        if not file.is_file():
            return {}
        from dotenv import dotenv_values

        # Windows' editors put a mark before the first name.
        return dict(dotenv_values(file, encoding="utf-8-sig"))
    except UnicodeError as error:
        raise InvalidSettings(".env: is not a text file in UTF-8; save it as one") from error
    except OSError as error:
        raise InvalidSettings(
            f".env: cannot be read ({error.strerror}); let this user read it, or start in another "
            "folder"
        ) from error
