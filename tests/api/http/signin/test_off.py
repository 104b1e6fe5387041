"""While sign-in is off, it costs nothing."""

import subprocess
import sys

from tests.gateways import NOWHERE

LISTING = """
import sys
from api.app import create_app
from eventlog.memory import MemoryEventLog
from tests.gateways import settings_for
create_app(settings_for(**eval(sys.argv[1])), MemoryEventLog())
print(*sorted(name for name in sys.modules if name == "jwt" or name.startswith("api.http.signin")))
"""


LACKING = """
import sys
sys.modules["jwt"] = None  # as where it is not installed
from api.app import create_app
from api.environment import InvalidSettings
from tests.gateways import settings_for
try:
    create_app(settings_for(auth_issuer="i", auth_audience="a", auth_secret="s" * 32))
except InvalidSettings as error:
    print(error)
"""


def test_without_the_library_it_says_what_to_install() -> None:
    run = subprocess.run(
        [sys.executable, "-c", LACKING], capture_output=True, text=True, timeout=60, check=True
    )
    assert "install interview-gateway[team]" in run.stdout


def loaded(**settings: str) -> set[str]:
    run = subprocess.run(
        [sys.executable, "-c", LISTING, repr(settings)],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return set(run.stdout.split())


def test_nothing_of_sign_in_is_imported_until_it_is_switched_on() -> None:
    assert loaded() == set()
    assert loaded(auth="off", auth_issuer="i", auth_audience="a") == set()
    on = loaded(auth_issuer="i", auth_audience="a", auth_secret="s" * 32, openai_base_url=NOWHERE)
    assert {"jwt", "api.http.signin.middleware"} <= on
