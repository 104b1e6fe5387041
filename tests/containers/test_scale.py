"""The profile `scale` of compose.yaml, as far as that can be told without an engine."""

import asyncio
import os
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from api.cli.granting import grant
from api.environment import tidied
from api.settings import Settings
from eventlog.postgres.log import PostgresEventLog
from tests.containers.test_containers import ROOT, compose, gateway, in_image, run
from tests.eventlog.interviews import WHOLE, new_id, tell
from tests.postgres import needs_postgres, own_cluster

SCALE = ROOT / "docs/scale"
PASSWORDS = {"POSTGRES_PASSWORD": "owners", "GATEWAY_PASSWORD": "gateways"}


def scale() -> dict[str, Any]:
    services: dict[str, Any] = compose(**PASSWORDS)["services"]
    return {name: it for name, it in services.items() if it.get("profiles") == ["scale"]}


def in_env() -> dict[str, str]:
    """What scale.env sets, with the two passwords filled in."""
    text = (SCALE / "scale.env").read_text("utf-8")
    for name, password in PASSWORDS.items():
        assert f"\n{name}=\n" in text, "a password in the example would be one that everybody knows"
        text = text.replace(f"{name}=", f"{name}={password}")
        text = text.replace(f"${{{name}}}", password)
    return dict(re.findall(r"^(\w+)=(.*)$", text, flags=re.MULTILINE))


def test_each_image_is_pinned_and_can_be_chosen() -> None:
    for name in ("postgres", "redis", "balancer"):
        assert re.fullmatch(r".+:\d+(\.\d+)+", scale()[name]["image"])
        chosen = compose(**{f"{name.upper()}_IMAGE": "example/image:1"})["services"][name]["image"]
        assert chosen == "example/image:1"


def test_each_file_that_is_mounted_is_there() -> None:
    mounts = [mount.split(":") for it in scale().values() for mount in it.get("volumes", ())]
    for source, _, *how in mounts:
        if source.startswith("./"):
            assert (ROOT / source).is_file()
            assert how == ["ro"]
        else:
            assert source in compose()["volumes"]


def test_both_gateways_are_set_alike_and_know_the_database_and_redis_by_their_names() -> None:
    first, second = gateway(), scale()["second-gateway"]
    assert {**first, "profiles": ["scale"], "ports": []} == {
        name: value for name, value in second.items() if name != "depends_on"
    }
    env = in_env()
    handed_on = {name: env[name] for name in first["environment"] if name in env}
    settings = Settings(**tidied(handed_on))
    assert set(env) - set(handed_on) == set(PASSWORDS)
    assert urlsplit(settings.eventlog_url).hostname in scale()
    assert settings.redis_url is not None
    assert urlsplit(str(settings.redis_url)).hostname in scale()
    volume = first["volumes"][0].partition(":")[2]
    assert env["EVENTLOG_KEY"].startswith(f"{volume}/"), "both sign with one key"


def test_the_log_is_made_by_its_owner_before_the_gateways_need_it() -> None:
    owner, gateways = (
        urlsplit(url)
        for url in (scale()["log"]["environment"]["EVENTLOG_URL"], in_env()["EVENTLOG_URL"])
    )
    assert (owner.username, owner.password) == ("postgres", "owners")
    assert (gateways.username, gateways.password) == ("gateway", "gateways")
    assert owner.path == gateways.path == f"/{scale()['postgres']['environment']['POSTGRES_DB']}"
    assert scale()["log"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_the_balancer_knows_both_gateways() -> None:
    text = (SCALE / "balancer.conf").read_text("utf-8")
    servers = re.findall(r"^\s+server ([\w-]+):(\d+)", text, flags=re.MULTILINE)
    assert servers == [(name, in_image("EXPOSE")) for name in ("gateway", "second-gateway")]
    (port,) = scale()["balancer"]["ports"]
    assert f"listen {port.rpartition(':')[2]};" in text


@needs_postgres
@pytest.mark.skipif(shutil.which("psql") is None, reason="takes psql")
def test_the_gateways_role_conducts_interviews_and_owns_nothing(tmp_path: Path) -> None:
    with own_cluster() as cluster:
        database = cluster.empty_database()
        parts = urlsplit(database)
        env = {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(parts.port),
            "POSTGRES_USER": "postgres",
            "POSTGRES_DB": parts.path[1:],
            "GATEWAY_PASSWORD": 'it\'s "hard" to $quote',
        }
        made = run("sh", str(SCALE / "roles.sh"), env={**os.environ, **env})
        assert made.returncode == 0, made.stderr
        command = scale()["log"]["command"]
        roles = dict(zip(command[3::2], command[4::2], strict=True))
        assert set(roles) == {"--gateway", "--eraser"}
        grant(database, gateway=roles["--gateway"], eraser=roles["--eraser"], auditor=None)
        log = PostgresEventLog(
            cluster.url(parts.path[1:], roles["--gateway"]), tmp_path / "log.key"
        )

        async def conduct() -> int:
            await tell(log, new_id(), *WHOLE)
            head = await log.head()
            await log.close()
            return head

        assert asyncio.run(conduct()) == len(WHOLE)
        owners = cluster.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'interview_log'",
            parts.path[1:],
        )
        assert owners == [("postgres",)]
