"""What may be a URL, without its secrets. Services and the event log have URLs, and neither of
their packages may know the other, so this is in the lowest."""

import re

HIDDEN = "***"

_LOGIN = re.compile(r"^(\w[\w+.-]*://)?.*(?:@|%40)", re.DOTALL)
_QUERY = re.compile(r"((?<=://)[^?#]*[?#]|^[^?#]*[?#](?=\S*=)).*", re.DOTALL)
_NAMED = re.compile(r"(\w*(?:pass|pwd|secret|token|key)\w*\s*=\s*)\S+", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """Return the text, perhaps a malformed URL, without what may be credentials: all before the
    last @ but the scheme, all after a question mark or #, and what is named a password or key."""
    shown = _LOGIN.sub(rf"\1{HIDDEN}@", text)
    return _NAMED.sub(rf"\1{HIDDEN}", _QUERY.sub(rf"\1{HIDDEN}", shown))
