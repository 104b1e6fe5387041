"""The settings: the class, `.env.example` and the README's table say the same."""

import re
from pathlib import Path

import pytest

from api.settings import InvalidSettings, Settings, load_settings
from backends.services import SERVICES
from tests.gateways import settings_for

ROOT = Path(__file__).resolve().parents[2]
VARIABLES = [name.upper() for name in Settings.model_fields]


def shown_default(name: str) -> str:
    """A setting's default as one would write it in a .env."""
    value = getattr(settings_for(**defaults()), name.lower())
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, tuple) else str(value)


def defaults() -> dict[str, str]:
    return {info.variable.lower(): info.default_url for info in SERVICES}


def test_env_example_lists_every_setting_with_its_default() -> None:
    listed = dict(re.findall(r"^#([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.M))
    assert list(listed) == VARIABLES
    for name, value in listed.items():
        if name != "EVENTLOG_URL":  # its default is another one on each platform
            assert value == shown_default(name), name


def test_the_readme_lists_every_setting_with_its_default() -> None:
    listed = dict(
        re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", (ROOT / "README.md").read_text(), re.M)
    )
    assert list(listed) == VARIABLES
    for name, value in listed.items():
        if name != "EVENTLOG_URL":
            assert value.strip("`") == (shown_default(name) or "none"), name


def test_every_line_of_env_example_can_be_used_as_it_is(tmp_path: Path) -> None:
    uncommented = re.sub(r"^#([A-Z_]+=)", r"\1", (ROOT / ".env.example").read_text(), flags=re.M)
    env_file = tmp_path / ".env"
    env_file.write_text(uncommented)
    assert Settings(_env_file=env_file).port == 8009


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "a.example, b.example,")
    assert load_settings().allowed_hosts == ("a.example", "b.example")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "65536"),
        ("REPLY_BUDGET_SECONDS", "5"),
        ("REPLY_BUDGET_SECONDS", "0"),
        ("OLLAMA_URL", "http://"),
        ("OLLAMA_URL", "http://localhost:port"),
        ("OLLAMA_URL", "file:///etc/passwd"),
        ("LOG_LEVEL", "loud"),
        ("ALLOWED_HOSTS", "gateway.local:8009"),
        ("ALLOWED_ORIGINS", "desk.example"),
        ("ALLOWED_ORIGINS", "*"),
        ("STRICT_SESSIONS", "perhaps"),
        ("RETENTION_DAYS", "0"),
        ("RETENTION_DAYS", "99999999999"),
        ("RETENTION_CLOCK_CONFIRMED", "today"),
        ("RETENTION_CLOCK_CONFIRMED", "1795000000"),
        ("RETENTION_CLOCK_CONFIRMED", "2026-13-01"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettings, match=f"^{name}: .*{re.escape(value)}"):
        load_settings()


def test_a_dotenv_that_is_no_text_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"PORT=\xff\xfe")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidSettings, match=r"^\.env"):
        load_settings()
