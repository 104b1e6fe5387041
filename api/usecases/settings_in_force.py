"""The settings in force, to look at: without secrets, and without logins in URLs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from api.settings import SECRETS, Settings
from backends.address import Address
from backends.shared.url import RedisUrl
from statemachine.redaction import HIDDEN, without_secrets


@dataclass(frozen=True)
class SettingInForce:
    """A setting by the name of its variable. `value` is as one would write it in a .env file; None
    if there is none. `is_set`: somebody has given it; otherwise it is the default."""

    name: str
    value: str | None
    is_set: bool


def settings_in_force(settings: Settings) -> Iterator[SettingInForce]:
    """All settings, in their order."""
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        is_secret = name in SECRETS or isinstance(value, SecretStr)
        shown = HIDDEN if is_secret and value is not None else _shown(value)
        yield SettingInForce(name.upper(), shown, name in settings.model_fields_set)


def _shown(value: Any) -> str | None:
    """The value as one would write it. What looks like a URL may hold a login, also where no
    setting of today does."""
    match value:
        case None | ():
            return None
        case bool():
            return str(value).lower()
        case tuple():
            return ",".join(value)
        case Address() | RedisUrl():
            return value.with_hidden_login
        case _:
            text = str(value)
            return without_secrets(text) if "://" in text else text
