"""The URL of a log's database, as EVENTLOG_URL has it."""

from urllib.parse import urlsplit

POSTGRES = ("postgresql://", "postgres://")


def is_postgres(url: str) -> bool:
    """Whether `url` names a database on PostgreSQL."""
    return url.startswith(POSTGRES)


def shown(url: str) -> str:
    """The database that `url` names, for a person: its hosts and its name alone, so neither a
    password nor a path of a certificate is shown."""
    parts = urlsplit(url)
    return f"postgresql://{parts.netloc.rpartition('@')[2]}{parts.path}"
