"""Where Redis is, by its URL, and the login that the URL may hold. The login is shown nowhere."""

import re
from urllib.parse import unquote, urlsplit

from statemachine.redaction import HIDDEN

PORT = 6379


class RedisUrl:
    """A URL of Redis. `url` is the one without login."""

    __slots__ = ("db", "host", "is_encrypted", "password", "port", "url", "user")

    def __init__(self, text: str) -> None:
        """Read a URL like redis://user:password@host:6379/0. Raises ValueError, with no word of the
        URL in it."""
        try:
            parts = urlsplit(text)
            port = parts.port
            is_usable = (
                parts.scheme in ("redis", "rediss")
                and bool(parts.hostname)
                and not re.search(r"[\s?#]", text)
                and re.fullmatch(r"/?|/\d{1,4}", parts.path, re.ASCII) is not None
                and port != 0
            )
        except ValueError:  # its message may quote a password that was taken for a port
            is_usable = False
        login, _, place = parts.netloc.rpartition("@") if is_usable else ("", "", "")
        user, _, password = login.partition(":")
        if not is_usable or (user and not password):
            raise ValueError(_advice(text)) from None
        self.user, self.password = unquote(user) or None, unquote(password) or None
        self.host, self.port = parts.hostname or "", port or PORT
        self.db = int(parts.path.strip("/") or 0)
        self.is_encrypted = parts.scheme == "rediss"
        self.url = f"{parts.scheme}://{place}{parts.path}"

    @property
    def with_hidden_login(self) -> str:
        """The URL as an administrator may see it: whether there is a login, and no more of it."""
        scheme, _, place = self.url.partition("://")
        return f"{scheme}://{HIDDEN}@{place}" if self.password else self.url

    def __str__(self) -> str:
        return self.url

    def __repr__(self) -> str:
        return f"RedisUrl({self.url!r})"


def _advice(text: str) -> str:
    advice = "must be a URL like redis://127.0.0.1:6379/0, or rediss:// for TLS"
    if "@" in text:
        advice += (
            "; a login is user:password or :password, with / as %2F, ? as %3F, # as %23 and @ as "
            "%40"
        )
    return advice
