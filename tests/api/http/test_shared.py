"""Two gateways on one log and one Redis, over HTTP: what they share, what they tell of it, and that
no caller notices when it goes."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from api.app import create_app
from api.environment import InvalidSettings
from api.settings import load_settings
from eventlog.memory import MemoryEventLog
from tests.desktop import Desktop
from tests.eventlog.running import python
from tests.fakes import OllamaServer
from tests.gateways import Served, serving
from tests.redis_server import RedisServer, needs_redis, redis_server

SECRET = "s3cret"
PATIENCE = 30.0
ADMIN = "/api/v1/admin"

Two = tuple[Served, Served, RedisServer, OllamaServer]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    log, folder = MemoryEventLog(), tmp_path_factory.mktemp("redis")
    with (
        redis_server(folder, "--requirepass", SECRET) as redis,
        OllamaServer() as ollama,
    ):
        url = redis.url.replace("//", f"//:{SECRET}@")
        with (
            serving(ollama, log=log, redis_url=url, rate_limit="999/day", metrics=True) as one,
            serving(ollama, log=log, redis_url=url, rate_limit="999/day", metrics=True) as other,
        ):
            for gateway in (one, other):
                until(lambda g=gateway: redis_of(g).get("gateways") == 2)  # type: ignore[misc]
            yield one, other, redis, ollama


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def redis_of(gateway: Served) -> dict[str, Any]:
    told: dict[str, Any] = gateway.get(f"{ADMIN}/redis").json()
    return told


@needs_redis
def test_what_an_administrator_switches_off_at_one_is_off_at_the_other(two: Two) -> None:
    one, other, _, _ = two

    def state(gateway: Served) -> str:
        circuits = gateway.get(f"{ADMIN}/circuits").json()["circuits"]
        return str(next(c["state"] for c in circuits if c["backend"] == "ollama"))

    one.client.post(f"{ADMIN}/circuits/ollama/open")
    until(lambda: state(other) == "open")
    other.client.post(f"{ADMIN}/circuits/ollama/close")
    until(lambda: state(one) == "closed")


@needs_redis
def test_the_gateways_tell_how_their_redis_is_and_never_its_password(two: Two) -> None:
    one, other, redis, _ = two
    told = [redis_of(gateway) for gateway in (one, other)]
    for reply in told:
        assert reply["url"] == f"redis://***@127.0.0.1:{redis.port}"
        assert (reply["isSet"], reply["isOnline"]) == (True, True)
        assert "error" not in reply
    assert sorted(told[0]["duties"] + told[1]["duties"]) == ["models", "probes"]
    assert one.get("/ready").json() == {"status": "ready", "redis": "online"}
    metrics = one.get("/metrics").text
    assert "interview_gateway_redis_online 1.0" in metrics
    settings = one.get(f"{ADMIN}/settings").json()["settings"]
    shown = {setting["name"]: setting.get("value") for setting in settings}
    assert shown["REDIS_URL"] == f"redis://***@127.0.0.1:{redis.port}"
    assert SECRET not in str([told, settings, metrics])


@needs_redis
def test_no_caller_notices_when_redis_goes_hangs_or_is_emptied(two: Two) -> None:
    one, other, redis, _ = two

    def interview() -> None:
        desktop = Desktop(one).start(totalQuestions=3)
        for n in range(3):
            desktop.gateway = (other, one)[n % 2]
            desktop.answer("I would measure first.")
        assert desktop.session["isComplete"]
        for gateway in (one, other):
            assert gateway.get("/api/v1/models").status_code == 200
            assert gateway.get("/ready").status_code == 200

    def all_are(state: str) -> bool:
        return all(g.get("/ready").json()["redis"] == state for g in (one, other))

    redis.kill()
    interview()
    until(lambda: all_are("offline"))
    interview()
    until(lambda: redis_of(one)["error"] == "Connection refused")
    assert "interview_gateway_redis_online 0.0" in one.get("/metrics").text
    redis.start()
    until(lambda: all_are("online"))
    redis.hang()
    try:
        interview()
        until(lambda: all_are("offline"))
        interview()
    finally:
        redis.go_on()
    until(lambda: all_are("online"))
    redis.tell("-a", SECRET, "FLUSHALL")
    interview()


def test_without_redis_url_nothing_of_redis_is_imported_or_told() -> None:
    with serving() as gateway:
        assert gateway.get("/ready").json() == {"status": "ready"}
        assert redis_of(gateway) == {"isSet": False}
    program = (
        "import sys; from tests.gateways import settings_for; from api.app import create_app;"
        "create_app(settings_for(rate_limit='9/day')); print('redis' in sys.modules)"
    )
    with python("-c", program) as process:
        assert process.communicate()[0].strip() == "False"


@pytest.mark.parametrize(
    "url",
    [
        f"redis://:{SECRET}@",
        f"http://:{SECRET}@127.0.0.1",
        f"redis://{SECRET}@127.0.0.1",
        f"redis://:{SECRET}/x@127.0.0.1",
        f"redis://127.0.0.1?password={SECRET}",
        f"redis://127.0.0.1/0?password={SECRET}",
        f"redis://:{SECRET}@127.0.0.1:port",
        f"redis://:{SECRET}@127.0.0.1/name",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    with pytest.raises(
        InvalidSettings, match=r"^REDIS_URL: must be a URL like redis://"
    ) as refused:
        create_app(load_settings(), MemoryEventLog())
    assert SECRET not in str(refused.value)


def test_the_password_is_in_no_text_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", f"rediss://me:{SECRET}%40@redis.example/3")
    settings = load_settings()
    url = settings.redis_url
    assert url is not None
    assert (url.user, url.password, url.host, url.port) == (
        "me",
        f"{SECRET}@",
        "redis.example",
        6379,
    )
    assert (url.db, url.is_encrypted) == (3, True)
    texts = [repr(settings), str(settings), repr(vars(settings)), settings.model_dump_json()]
    assert all(SECRET not in text for text in texts)
