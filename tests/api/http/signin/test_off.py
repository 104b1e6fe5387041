"""While sign-in and the limit on requests are off, they cost nothing."""

import subprocess
import sys

from tests.gateways import NOWHERE

LISTING = """
import sys
from api.app import create_app
from eventlog.memory import MemoryEventLog
from tests.gateways import settings_for
create_app(settings_for(**eval(sys.argv[1])), MemoryEventLog())
ours = ("jwt", "limits", "api.http.signin", "api.http.ratelimit")
print(*sorted(name for name in sys.modules if name.startswith(ours)))
"""


LACKING = """
import sys
sys.modules["jwt"] = sys.modules["limits"] = None  # as where they are not installed
from api.app import create_app
from api.environment import InvalidSettings
from tests.gateways import settings_for
sign_in = {"auth_issuer": "i", "auth_audience": "a", "auth_secret": "s" * 32}
for settings in (sign_in, {"rate_limit": "1/day"}):
    try:
        create_app(settings_for(**settings))
    except InvalidSettings as error:
        print(error)
"""


def test_without_the_libraries_it_says_what_to_install() -> None:
    run = subprocess.run(
        [sys.executable, "-c", LACKING], capture_output=True, text=True, timeout=60, check=True
    )
    assert run.stdout.count("install interview-gateway[team]") == 2


def loaded(**settings: str) -> set[str]:
    run = subprocess.run(
        [sys.executable, "-c", LISTING, repr(settings)],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return set(run.stdout.split())


def test_nothing_of_them_is_imported_until_they_are_switched_on() -> None:
    assert loaded() == set()
    off = loaded(auth="off", auth_issuer="i", auth_audience="a", trusted_proxies="10.0.0.0/8")
    assert off == set()
    on = loaded(
        auth_issuer="i", auth_audience="a", auth_secret="s" * 32, openai_base_url=NOWHERE,
        rate_limit="1/day",
    )  # fmt: skip
    assert {"jwt", "api.http.signin.middleware"} <= on
    assert {"limits", "api.http.ratelimit.middleware"} <= on
