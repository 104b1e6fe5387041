"""The URL of a log's database, as EVENTLOG_URL has it."""

from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

KEY = "#"
"""What stands in an address between the database's URL and the file of the key."""

POSTGRES = ("postgresql://", "postgres://")


def is_postgres(url: str) -> bool:
    """Whether `url` names a database on PostgreSQL."""
    return url.startswith(POSTGRES)


def shown(url: str) -> str:
    """The database that `url` names, for a person: its hosts and its name alone, so neither a
    password nor a path of a certificate is shown."""
    parts = urlsplit(url)
    return f"postgresql://{parts.netloc.rpartition('@')[2]}{parts.path}"


def address_of(url: str, key: Path) -> str:
    """What names the log to another process. It may hold a password."""
    return f"{url}{KEY}{quote(str(key))}"


def at_address(address: str) -> tuple[str, Path]:
    """The URL and the file of the key that the address is of."""
    url, _, key = address.rpartition(KEY)
    return url, Path(unquote(key))
