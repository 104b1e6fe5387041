"""The log lines for requests that the gate refused, each with the setting that would allow it.

A person whose app is refused sees only "cannot be reached" in it: a browser tells a page no more.
So the gateway's log has to say why.
"""

import logging
import re
from collections.abc import Iterable

from api.setting_types import allowed_origin

logger = logging.getLogger(__name__)

MOST = 64
"""Most lines of each kind that a gateway logs. Any page in a browser can cause one."""

APPS = re.compile(
    r"(?!https?:)[a-z][a-z0-9+.-]*:.*|https?://(localhost|127\.[\d.]+|\[::1\])(:\d+)?"
)
"""Origins of desktop shells and of this machine. They are counted apart: a hostile web page cannot
send these, and so cannot use up their lines."""

LONGEST = 200
"""Characters of a name that is logged."""

FILE_ORIGINS = ("null", "file://")
"""What Electron sends for a `file://` page. A sandboxed frame of any page sends "null" too,
so these count only with Electron's User-Agent: a script can change that header only by way
of a preflight, which carries the browser's true one."""

HOST = re.compile(r"[\w.-]+|\[[0-9a-f:.]+\]", re.ASCII)


class RefusedLog:
    """Logs each refused origin and host once."""

    def __init__(self, *, hosts: Iterable[str], origins: Iterable[str]) -> None:
        self._hosts = tuple(hosts)
        self._origins = tuple(origins)
        self._logged: dict[str, set[str]] = {"host": set(), "app": set(), "web page": set()}

    def origin(self, origin: str) -> None:
        """A page of `origin` was refused; "" or "null" where it names none."""
        origin = origin if len(origin) <= LONGEST else ""
        if not self._is_new("app" if APPS.fullmatch(origin) else "web page", origin):
            return
        try:
            setting = ",".join((*self._origins, allowed_origin(origin)))
        except ValueError:
            # Anything else is no browser's, and can be any words.
            logger.warning(
                "Refused a request from a web page without an origin that can be allowed (%s), "
                "such as a sandboxed frame or a file opened in a browser. No setting allows these. "
                "Serve the page from an address like http://localhost:3000, and allow that.",
                origin if origin in FILE_ORIGINS else "none",
            )
            return
        logger.warning(
            "Refused a request from a web page of %s. If this is your app, start the gateway with "
            "ALLOWED_ORIGINS=%s",
            origin,
            setting,
        )

    def host(self, host: str) -> None:
        """A request to `host`, a name without its port, was refused; "" if it is malformed."""
        host = host if len(host) <= LONGEST else ""
        if not self._is_new("host", host):
            return
        if HOST.fullmatch(host):
            logger.warning(
                "Refused a request that was addressed to %s. If this is a name of this machine, "
                "start the gateway with ALLOWED_HOSTS=%s",
                host,
                ",".join((*self._hosts, host)),
            )
        else:
            logger.warning("Refused a request without a valid Host header.")

    def _is_new(self, kind: str, name: str) -> bool:
        logged = self._logged[kind]
        if len(logged) >= MOST or name in logged:
            return False
        logged.add(name)
        if len(logged) == MOST:
            logger.warning("Refused many requests of this kind (%s). No more are logged.", kind)
            return False
        return True
