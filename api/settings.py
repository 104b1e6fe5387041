"""What can be set, in the environment or a `.env` file.

The `.env` is read from the working folder.

`.env.example` and the README's table say the same; a test holds the three together.
"""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from backends.recording import Pace
from backends.services import SERVICES

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

_DEFAULT_URLS = {info.variable.lower(): info.default_url for info in SERVICES}


class InvalidSettings(Exception):
    """Settings that cannot be used. The message has a line for each variable at fault."""


def _comma_separated(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.split(",") if part.strip()]


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ValueError("must be a URL like http://127.0.0.1:8005")
    _ = parts.port  # raises ValueError for one that is no port
    return value.rstrip("/")


def _log_level(value: str) -> str:
    if value.upper() not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}")
    return value.upper()


def _host(value: str) -> str:
    if not re.fullmatch(r"[\w.-]+|\[[0-9a-fA-F:.]+\]", value):
        raise ValueError(f"{value} is not a name or address without scheme, port and path")
    return value


def _origin(value: str) -> str:
    if not re.fullmatch(r"https?://([\w.-]+|\[[0-9a-fA-F:.]+\])(:\d+)?", value):
        raise ValueError(f"{value} is not an origin like https://desk.example:3000")
    return value


Hosts = Annotated[
    tuple[Annotated[str, AfterValidator(_host)], ...], NoDecode, BeforeValidator(_comma_separated)
]
Origins = Annotated[
    tuple[Annotated[str, AfterValidator(_origin)], ...],
    NoDecode,
    BeforeValidator(_comma_separated),
]


def _date(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise ValueError("must be a date like 2026-11-24")
    return value


ServiceUrl = Annotated[str, AfterValidator(_http_url)]
LogLevel = Annotated[str, AfterValidator(_log_level)]


class Settings(BaseSettings):
    """The gateway's settings; each is the environment variable of its name in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore"
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8009, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    eventlog_url: str = Field(
        default_factory=lambda: f"sqlite:///{user_data_path('interview-gateway')}/interviews.db",
        description="Where the event log is kept.",
    )
    conversation_url: ServiceUrl = _DEFAULT_URLS["conversation_url"]
    voice_url: ServiceUrl = _DEFAULT_URLS["voice_url"]
    avatar_url: ServiceUrl = _DEFAULT_URLS["avatar_url"]
    interview_url: ServiceUrl = _DEFAULT_URLS["interview_url"]
    analytics_url: ServiceUrl = _DEFAULT_URLS["analytics_url"]
    granite_interview_url: ServiceUrl = _DEFAULT_URLS["granite_interview_url"]
    ollama_url: ServiceUrl = _DEFAULT_URLS["ollama_url"]
    allowed_origins: Origins = Field(
        (), description="More origins whose pages may use the gateway, separated by commas."
    )
    allowed_hosts: Hosts = Field(
        (), description="More names the gateway may be addressed by, separated by commas."
    )
    strict_sessions: bool = Field(
        False, description="Refuse sessions that the log does not know instead of adopting them."
    )
    reply_budget_seconds: float = Field(
        4.5,
        gt=0,
        le=4.5,
        description="Time that all backends together may take for the interviewer's words.",
    )
    recording: Path | None = Field(
        None, description="An exported interview whose interviewer is asked before all others."
    )
    recording_pace: Pace = Field(
        Pace.RECORDED,
        description="recorded: its words take the time they once took; instant: none.",
    )
    retention_days: int | None = Field(
        None,
        ge=1,
        le=36500,
        description="Days after which the words of complete interviews are forgotten; kept for "
        "good where it is not set.",
    )
    retention_clock_confirmed: Annotated[date, BeforeValidator(_date)] | None = Field(
        None,
        description="The date on which a person confirmed that the clock is right, after "
        "RETENTION_DAYS had said that it does not believe it.",
    )
    log_level: LogLevel = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @property
    def own_url(self) -> str:
        """Where a command on this machine finds the gateway that these settings start."""
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - no address to listen on
        host = everywhere.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def service_urls(self) -> Mapping[str, str]:
        """Each service's URL by its name."""
        return {info.name: getattr(self, info.variable.lower()) for info in SERVICES}


def load_settings(**overrides: Any) -> Settings:
    """The settings of the environment and `.env`; `overrides` (of the command line) go
    before both, where they are not None. Raises InvalidSettings."""
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        problems = [
            f"{str(problem['loc'][0]).upper()}: {problem['msg'].removeprefix('Value error, ')} "
            f"(it is {problem['input']!r})"
            for problem in error.errors()
        ]
        raise InvalidSettings("\n".join(problems)) from error
    except UnicodeDecodeError as error:
        raise InvalidSettings(".env: is not a text file in UTF-8") from error
