"""The URL of a log's database, as EVENTLOG_URL has it."""

from pathlib import Path
from urllib.parse import quote, unquote

from statemachine.redaction import HIDDEN, without_secrets

KEY = "#"
"""What stands in an address between the database's URL and the file of the key."""

POSTGRES = ("postgresql://", "postgres://")


def is_postgres(url: str) -> bool:
    """Whether `url` names a database on PostgreSQL."""
    return url.startswith(POSTGRES)


def shown(url: str) -> str:
    """The database that `url` names, for a person: its hosts and its name alone, so neither a
    password nor a path of a certificate is shown, also where the URL is malformed."""
    place = without_secrets(url).partition("://")[2].removeprefix(f"{HIDDEN}@")
    return f"postgresql://{place.partition('?')[0].partition('#')[0]}"


def address_of(url: str, key: Path) -> str:
    """What names the log to another process. It may hold a password."""
    return f"{url}{KEY}{quote(str(key))}"


def at_address(address: str) -> tuple[str, Path]:
    """The URL and the file of the key that the address is of."""
    url, _, key = address.rpartition(KEY)
    return url, Path(unquote(key))
