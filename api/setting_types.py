"""The types of settings: what a value must be, and how it is read."""

import re
from ipaddress import ip_network
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    InstanceOf,
    PlainSerializer,
    SecretStr,
    StringConstraints,
)

from api.environment import BLANK
from backends.address import Address
from backends.shared.url import RedisUrl
from statemachine.redaction import without_secrets

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

MIN_SECRET_BYTES = 32
"""As long as what HS256 makes (RFC 7518, section 3.2)."""


def _comma_separated(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    parts = (part.strip(f"{BLANK}\"'") for part in value.split(","))
    return [part for part in parts if part]


def _address(value: Any) -> Any:
    return Address(value) if isinstance(value, str) else value


def _redis_url(value: Any) -> Any:
    return RedisUrl(value) if isinstance(value, str) else value


def _api_key(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[!-~]+", value.get_secret_value()):
        raise ValueError("must be letters, digits and signs of ASCII, without spaces")
    return value


def _log_level(value: str) -> str:
    if value.upper() not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}")
    return value.upper()


def _host(value: str) -> str:
    if not re.fullmatch(r"[\w.-]+|\[[0-9a-fA-F:.]+\]", value):
        shown = without_secrets(value)
        raise ValueError(f"{shown} is not a name or address without scheme, port and path")
    return value


_ORIGIN = re.compile(r"([a-z][a-z0-9+.-]*)://([\w.-]+|\[[0-9a-f:.]+\])(:\d+)?/?", re.ASCII)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def allowed_origin(value: str) -> str:
    """An origin as browsers send it: `scheme://host`, and the port unless it is the scheme's own.
    Any scheme will do, since desktop shells have their own (`app://.`, `tauri://localhost`). Raises
    ValueError for anything else, also for "null", which any web page can send from a frame."""
    if value.lower().rstrip("/") in ("null", "file:"):
        raise ValueError(
            f"{value} cannot be allowed, because any web page can send it from a frame. "
            "file:// pages in Electron need no setting"
        )
    parts = _ORIGIN.fullmatch(value.lower())
    if not parts:
        raise ValueError(
            f"{without_secrets(value)} is not an origin like http://localhost:5173 or app://name"
        )
    scheme, host, port = parts.groups(default="")
    return f"{scheme}://{host}{'' if port == _DEFAULT_PORTS.get(scheme) else port}"


Hosts = Annotated[
    tuple[Annotated[str, AfterValidator(_host)], ...], BeforeValidator(_comma_separated)
]
Origins = Annotated[
    tuple[Annotated[str, AfterValidator(allowed_origin)], ...],
    BeforeValidator(_comma_separated),
]


def _network(value: str) -> str:
    try:
        return str(ip_network(value))
    except ValueError:
        raise ValueError(
            f"{without_secrets(value)} is not an address like 10.0.0.7 or a network like "
            "10.0.0.0/8, whose other bits are 0"
        ) from None


def _rate(value: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,5}/(second|minute|hour|day)", value, re.ASCII):
        raise ValueError(
            "must be a number (1 to 999999), a slash, and second, minute, hour or day: 60/minute"
        )
    return value


Proxies = Annotated[
    tuple[Annotated[str, AfterValidator(_network)], ...], BeforeValidator(_comma_separated)
]
Rate = Annotated[str, AfterValidator(_rate)]


def date_only(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise ValueError("must be a date like 2026-11-24")
    return value


def pem(value: Any) -> Any:
    """A .env file has a PEM in one line, with \\n for each end of a line."""
    return value.replace("\\n", "\n") if isinstance(value, str) else value


def long_secret(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value().encode()) < MIN_SECRET_BYTES:
        raise ValueError(f"must have {MIN_SECRET_BYTES} bytes or more")
    return value


Name = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
ServiceUrl = Annotated[InstanceOf[Address], BeforeValidator(_address), PlainSerializer(str)]
SharedRedisUrl = Annotated[InstanceOf[RedisUrl], BeforeValidator(_redis_url), PlainSerializer(str)]
ApiKey = Annotated[SecretStr, AfterValidator(_api_key)]
LogLevel = Annotated[str, AfterValidator(_log_level)]


def address_to_listen_on(value: str) -> str:
    if not re.fullmatch(r"[^\s/:@\[\]]+|\[?([0-9a-fA-F]*:){2}[0-9a-fA-F:.]*(%[\w.-]+)?\]?", value):
        raise ValueError("must be a name or address alone, like 127.0.0.1; the port is PORT")
    return value.removeprefix("[").removesuffix("]")
