"""The settings: the class, `.env.example` and the README's table say the same."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from traceback import format_exception

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import ValidationError

from api.app import create_app
from api.environment import InvalidSettings, variables
from api.settings import Settings, load_settings
from backends.address import Address
from backends.services import OPENAI, SERVICES, ServiceInfo
from eventlog.memory import MemoryEventLog
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


def defaults() -> dict[str, str | None]:
    """For what the machine that runs the tests may have set."""
    urls = {info.variable.lower(): info.default_url for info in SERVICES}
    return {**urls, "ssl_cert_file": None, "openai_base_url": None, "openai_api_key": None}


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


def test_every_line_of_env_example_can_be_used_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    uncommented = re.sub(r"^#([A-Z_]+=)", r"\1", (ROOT / ".env.example").read_text(), flags=re.M)
    (tmp_path / ".env").write_text(uncommented)
    monkeypatch.chdir(tmp_path)
    assert load_settings().port == 8009


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "a.example, b.example,")
    assert load_settings().allowed_hosts == ("a.example", "b.example")


@pytest.mark.parametrize(
    "value",
    [
        "'http://a','http://b'",
        '"http://a", "http://b"',
        "\"'http://a','http://b'\"",
        "http://a,'http://b'",
        "'http://a,http://b",
    ],
)
def test_quotes_around_one_of_several_do_not_count(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("ALLOWED_ORIGINS", value)
    assert load_settings().allowed_origins == ("http://a", "http://b")


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("http://localhost:5173/", "http://localhost:5173"),
        ("HTTPS://Desk.Example:443", "https://desk.example"),
        ("http://desk.example:443", "http://desk.example:443"),
        ("app://.", "app://."),
        ("tauri://localhost", "tauri://localhost"),
        ("chrome-extension://abcdefghijklmnop", "chrome-extension://abcdefghijklmnop"),
        ("http://[::1]:5173", "http://[::1]:5173"),
    ],
)
def test_an_origin_is_taken_as_a_browser_sends_it(
    monkeypatch: pytest.MonkeyPatch, written: str, sent: str
) -> None:
    monkeypatch.setenv("ALLOWED_ORIGINS", written)
    assert load_settings().allowed_origins == (sent,)


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
        ("ALLOWED_ORIGINS", "null"),
        ("ALLOWED_ORIGINS", "file://"),
        ("ALLOWED_ORIGINS", "app://"),
        ("ALLOWED_ORIGINS", "http://localhost:5173/page"),
        ("STRICT_SESSIONS", "perhaps"),
        ("RETENTION_DAYS", "0"),
        ("RETENTION_DAYS", "99999999999"),
        ("RETENTION_CLOCK_CONFIRMED", "today"),
        ("RETENTION_CLOCK_CONFIRMED", "1795000000"),
        ("RETENTION_CLOCK_CONFIRMED", "2026-13-01"),
        *(("RATE_LIMIT", value) for value in ("0/minute", "60", "60/week", "-1/day", "1e9/day")),
        *(("TRUSTED_PROXIES", value) for value in ("10.0.0.7/8", "proxy.example", "10.0.0.7:80")),
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


# Sign-in


SIGN_IN = {"AUTH_SECRET": "s" * 32, "AUTH_ISSUER": "https://id.example", "AUTH_AUDIENCE": "gateway"}


def set_all(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_a_key_switches_sign_in_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not load_settings().signs_in
    set_all(monkeypatch, AUTH_ISSUER="https://id.example", AUTH_AUDIENCE="gateway")
    assert not load_settings().signs_in
    set_all(monkeypatch, **SIGN_IN)
    assert load_settings().signs_in


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"AUTH_ISSUER": ""}, "AUTH_ISSUER: must be set, because AUTH_SECRET is"),
        ({"AUTH_AUDIENCE": ""}, "AUTH_AUDIENCE: must be set, because AUTH_SECRET is"),
        ({"AUTH_SECRET": "é" * 15}, "AUTH_SECRET: must have 32 bytes or more"),
        (
            {"AUTH_JWKS_URL": "https://id.example/keys"},
            "AUTH_SECRET: cannot be set together with AUTH_JWKS_URL; keep one of them",
        ),
        (
            {"AUTH_SECRET": "", "AUTH_PUBLIC_KEY": "a key", "AUTH_JWKS_URL": "http://id.example"},
            "AUTH_PUBLIC_KEY: cannot be set together with AUTH_JWKS_URL; keep one of them",
        ),
        ({"AUTH_JWKS_URL": "id.example", "AUTH_SECRET": ""}, "AUTH_JWKS_URL: must be a URL"),
        (
            {"AUTH": "off"},
            "AUTH: must be unset, because AUTH_SECRET switches sign-in on (it is 'off')",
        ),
        ({"AUTH": "no"}, "AUTH: "),
    ],
)
def test_sign_in_that_is_half_set_up_is_refused(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], wrong: str
) -> None:
    set_all(monkeypatch, **SIGN_IN | given)
    with pytest.raises(InvalidSettings) as refused:
        load_settings()
    assert str(refused.value).startswith(wrong)
    assert "sss" not in str(refused.value)
    assert "éé" not in str(refused.value)


@pytest.mark.parametrize("pem", ["nonsense", "-----BEGIN PRIVATE KEY-----\\nMC4CAQ", "weak"])
def test_a_public_key_that_cannot_be_used_is_refused_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, pem: str
) -> None:
    if pem == "weak":
        numbers = generate_private_key(65537, 1024).public_key()
        pem = numbers.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    set_all(monkeypatch, **SIGN_IN | {"AUTH_SECRET": "", "AUTH_PUBLIC_KEY": pem})
    with pytest.raises(InvalidSettings, match=r"^AUTH_PUBLIC_KEY: must ") as refused:
        create_app(load_settings(), MemoryEventLog())
    assert pem[:20] not in str(refused.value)


# What stands around a value


@pytest.mark.parametrize(
    "value", [" a ", "a\t", "a\r", '"a"', "'a'", ' "a" ', '"a "', "\ufeffa", "a\u200b", "\xa0a\xa0"]
)
def test_every_text_is_taken_without_blanks_and_quotes_around_it(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    for name in ("HOST", "EVENTLOG_URL", "ALLOWED_HOSTS", "RECORDING", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert (settings.host, settings.eventlog_url, settings.allowed_hosts) == ("a", "a", ("a",))
    assert settings.recording == settings.ssl_cert_file == Path("a")


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [
        ("PORT", "8010 ", 8010),
        ("PORT", '"8010"', 8010),
        ("STRICT_SESSIONS", "true ", True),
        ("LOG_LEVEL", " debug\r", "DEBUG"),
        ("RECORDING_PACE", "instant ", "instant"),
        ("RETENTION_DAYS", "30 ", 30),
        ("RETENTION_CLOCK_CONFIRMED", " 2026-11-24 ", date(2026, 11, 24)),
        ("REPLY_BUDGET_SECONDS", " 3", 3.0),
        ("OLLAMA_URL", " http://h:1/ ", Address("http://h:1")),
        ("ALLOWED_ORIGINS", " https://a.example , ", ("https://a.example",)),
        ("HOST", "[::1]", "::1"),
        ("HOST", "fe80::1%eth0", "fe80::1%eth0"),
    ],
)
@pytest.mark.parametrize("source", ["environment", "dotenv", "command line"])
def test_blanks_cost_no_setting_its_value(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
    value: str,
    taken: object,
    source: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    given = {}
    if source == "environment":
        monkeypatch.setenv(name, value)
    elif source == "dotenv":
        (tmp_path / ".env").write_text(f"{name}={value}\n", encoding="utf-8")
    else:
        given[name.lower()] = value
    assert getattr(load_settings(**given), name.lower()) == taken


@pytest.mark.parametrize("blank", ["", "  ", '""', "\t"])
def test_a_setting_without_a_value_is_not_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, blank: str
) -> None:
    (tmp_path / ".env").write_text("PORT=8010\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORT", blank)
    assert load_settings().port == 8010


def test_a_value_keeps_what_is_inside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTLOG_URL", ' sqlite:///my "own" log.db ')
    assert load_settings().eventlog_url == 'sqlite:///my "own" log.db'


# The .env


@pytest.mark.parametrize(
    "written",
    [
        b"\xef\xbb\xbfPORT=8010\n",
        b"PORT=8010\r\nLOG_LEVEL=INFO\r\n",
        b"export PORT='8010' # mine",
        b"\xef\xbb\xbf PORT = 8010 \r\n\r\n",
    ],
)
def test_a_dotenv_may_come_from_any_editor(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, written: bytes
) -> None:
    (tmp_path / ".env").write_bytes(written)
    monkeypatch.chdir(tmp_path)
    assert load_settings().port == 8010


@pytest.mark.parametrize("written", ["PORT=8010".encode("utf-16"), b"HOST=caf\xe9"])
def test_a_dotenv_in_another_encoding_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, written: bytes
) -> None:
    (tmp_path / ".env").write_bytes(written)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidSettings, match=r"^\.env: is not a text file in UTF-8"):
        load_settings()


def test_a_folder_named_dotenv_holds_no_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PORT", raising=False)
    assert load_settings().port == 8009


@contextmanager
def another_user() -> Iterator[None]:
    """As a user who may read no file of this one; root may read all."""
    if os.geteuid() == 0:
        os.seteuid(54321)
        try:
            yield
        finally:
            os.seteuid(0)
    else:
        yield


def test_a_dotenv_that_may_not_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=8010")
    monkeypatch.chdir(tmp_path)
    load_settings()  # what is imported at its first use is imported
    file.chmod(0)
    with another_user(), pytest.raises(InvalidSettings, match=r"^\.env: cannot be read") as caught:
        load_settings()
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="takes another user id")
def test_a_user_without_a_home_folder_is_told_to_name_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HOME", "XDG_DATA_HOME", "EVENTLOG_URL"):
        monkeypatch.delenv(name, raising=False)
    os.setreuid(54321, 0)
    try:
        with pytest.raises(InvalidSettings, match=r"^EVENTLOG_URL: must be set.* home folder"):
            load_settings()
        assert load_settings(eventlog_url="memory:").eventlog_url == "memory:"
    finally:
        os.setreuid(0, 0)


# Other software's variables, and secrets


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("HOST", "http://127.0.0.1", "unset it or give --host"),
        ("HOST", "127.0.0.1:8009", "unset it or give --host"),
        ("HOST", "a host", "unset it or give --host"),
        ("PORT", "tcp://10.0.0.1:8009", "unset it or give --port"),
        ("LOG_LEVEL", "trace", "unset it"),
    ],
)
def test_a_variable_of_other_software_is_told_what_to_do_about(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, advice: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettings, match=f"^{name}: .*{value}.*other software.*{advice}$"):
        load_settings()


SECRET = "s3cret"


@pytest.mark.parametrize("url", [f"http://me:{SECRET}@h", f"https://me:{SECRET}@h/v1"])
@pytest.mark.parametrize("info", SERVICES, ids=lambda info: info.name)
def test_credentials_are_in_no_text_of_the_settings(info: ServiceInfo, url: str) -> None:
    settings = settings_for(**{info.variable.lower(): url})
    address = settings.service_urls()[info.name]
    assert address.authorization is not None
    texts = [repr(settings), str(settings), repr(settings.service_urls()), repr(vars(settings))]
    texts += [str(settings.model_dump()), settings.model_dump_json()]
    assert all(SECRET not in text for text in texts)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OLLAMA_URL", f"ftp://me:{SECRET}@h"),
        ("OLLAMA_URL", f"http://me:{SECRET}/x@h"),
        ("OLLAMA_URL", f"http://me:{SECRET}%40h"),
        ("OLLAMA_URL", f"http://h?key={SECRET}"),
        ("HOST", f"me:{SECRET}@h"),
        ("ALLOWED_HOSTS", f"a.example,me:{SECRET}@h"),
        ("ALLOWED_ORIGINS", f"https://me:{SECRET}@desk.example"),
        ("PORT", f"http://me:{SECRET}@h"),
        ("RETENTION_DAYS", f"postgresql://me:{SECRET}@h/db"),
    ],
)
def test_a_refused_setting_is_quoted_without_its_credentials(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettings, match=f"^{name}: ") as caught:
        load_settings()
    assert SECRET not in "".join(format_exception(caught.value))
    with pytest.raises(ValidationError) as raw:
        Settings(**variables())
    assert SECRET not in str(raw.value) or name == "ALLOWED_ORIGINS"


@pytest.mark.parametrize("url", ["http://h:8080/v1", "http://h:8080/v1/", "http://h:8080"])
def test_a_server_with_openais_interface_is_a_service_only_if_it_is_set(url: str) -> None:
    assert OPENAI not in settings_for(openai_api_key=SECRET).service_urls()
    assert settings_for(openai_base_url=url).service_urls()[OPENAI] == Address("http://h:8080")


def test_the_api_key_is_sent_and_in_no_text_of_the_settings() -> None:
    settings = settings_for(openai_base_url="http://me:pw@h", openai_api_key=SECRET)
    address = settings.service_urls()[OPENAI]
    assert address.authorization == f"Bearer {SECRET}"
    texts = [repr(settings), str(settings), repr(settings.service_urls()), repr(vars(settings))]
    texts += [str(settings.model_dump()), settings.model_dump_json()]
    assert all(SECRET not in text for text in texts)


@pytest.mark.parametrize("key", [f"{SECRET} {SECRET}", f"{SECRET}\n{SECRET}", f"{SECRET}é"])
def test_an_api_key_that_cannot_be_sent_is_refused_and_not_quoted(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(InvalidSettings, match=r"^OPENAI_API_KEY: must be letters") as caught:
        load_settings()
    assert SECRET not in "".join(format_exception(caught.value))
