"""Where a service is, by its URL, and the credentials that the URL may hold.

Credentials are kept apart from the URL. They are sent to the service, and shown nowhere: not in
`str` or `repr`, and not in the reason for which a URL is refused.
"""

import re
from base64 import b64encode
from urllib.parse import unquote_to_bytes, urlsplit

from statemachine.redaction import HIDDEN


class Address:
    """A service's base URL without credentials, and the credentials as a header.

    `authorization` is the value of the Authorization header (RFC 7617, RFC 6750), or None.
    """

    __slots__ = ("authorization", "url")

    def __init__(self, text: str) -> None:
        """Read an http or https URL. Raises ValueError, with no word of the URL in it."""
        try:
            parts = urlsplit(text)
            is_usable = (
                parts.scheme in ("http", "https")
                and bool(parts.hostname)
                and not re.search(r"[\s?#]", text)
                and parts.port != 0
            )
        except ValueError:  # its message may quote a password that was taken for a port
            is_usable = False
        if not is_usable:
            raise ValueError(_advice(text)) from None
        login, _, place = parts.netloc.rpartition("@")
        self.authorization: str | None = _basic(login) if login else None
        self.url = f"{parts.scheme}://{place}{parts.path}".rstrip("/")

    def without_ending(self, ending: str) -> "Address":
        """The same, but for this ending of its URL if it has it."""
        return self._with(self.url.removesuffix(ending), self.authorization)

    def below(self, path: str) -> "Address":
        """The same with this path behind its own."""
        return self._with(self.url + path, self.authorization)

    def with_key(self, key: str) -> "Address":
        """The same with an API key (RFC 6750), in place of a user and password."""
        return self._with(self.url, f"Bearer {key}")

    def _with(self, url: str, authorization: str | None) -> "Address":
        address = Address(url)
        address.authorization = authorization
        return address

    @property
    def is_encrypted(self) -> bool:
        return self.url.startswith("https:")

    @property
    def with_hidden_login(self) -> str:
        """The URL as an administrator may see it: whether there is a login, and no more of it."""
        scheme, _, place = self.url.partition("://")
        return f"{scheme}://{HIDDEN}@{place}" if self.authorization else self.url

    def __str__(self) -> str:
        return self.url

    def __repr__(self) -> str:
        return f"Address({self.url!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Address):
            return NotImplemented
        return (self.url, self.authorization) == (other.url, other.authorization)

    def __hash__(self) -> int:
        return hash((self.url, self.authorization))


def host_and_port(host: str, port: int) -> str:
    """The two as a URL has them: an IPv6 address stands in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _basic(login: str) -> str:
    user, _, password = login.partition(":")
    plain = unquote_to_bytes(user) + b":" + unquote_to_bytes(password)
    return f"Basic {b64encode(plain).decode('ascii')}"


def _advice(text: str) -> str:
    advice = "must be a URL like http://127.0.0.1:8005"
    if "@" in text:
        advice += "; in a user name or password write / as %2F, ? as %3F, # as %23 and @ as %40"
    return advice
