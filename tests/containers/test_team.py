"""The profile `team` of compose.yaml, as far as that can be told without an engine."""

import re
import time
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from dotenv import dotenv_values

from api.environment import tidied
from api.settings import Settings
from api.telemetry.destination import destination_of
from api.usecases.callers import CallerRole
from tests.api.http.signin.people import BY_SECRET, token
from tests.containers.test_containers import COMPOSE, ROOT, compose, gateway
from tests.docs.proxies import changed
from tests.fakes import FakeServer, Mood
from tests.fakes.server import Routes
from tests.fakes.wire import Reply, json_reply
from tests.gateways import serving
from tests.prometheus import PATIENCE, needs_prometheus, prometheus

TEAM = ROOT / "docs/team"
GOMPLATE = re.compile(r"\{\{ getenv \"(\w+)\"(?: \"([^\"]*)\")?(?: \| required \"[^\"]+\")? \}\}")


def team() -> dict[str, Any]:
    services: dict[str, Any] = compose()["services"]
    return {name: it for name, it in services.items() if it.get("profiles") == ["team"]}


def in_env() -> dict[str, str]:
    """What team.env sets, with the three values filled in."""
    given = {name: value or "" for name, value in dotenv_values(TEAM / "team.env").items()}
    missing = {name for name, value in given.items() if not value} - {"AUTH"}
    assert missing == {"TEAM_PASSWORD_HASH", "METRICS_CLIENT_SECRET", "GF_SECURITY_ADMIN_PASSWORD"}
    return given | dict.fromkeys(missing, "filled-in")


def read(name: str, **env: str) -> Any:
    """A file of docs/team; gomplate's own part is done as dex's image does it."""
    text = (TEAM / name).read_text("utf-8")
    return yaml.safe_load(GOMPLATE.sub(lambda found: env.get(found[1]) or found[2], text))


def test_each_image_is_pinned_and_can_be_chosen() -> None:
    assert set(team()) == {"prometheus", "grafana", "otel-collector", "dex"}
    for name, service in team().items():
        assert re.fullmatch(r".+:v?\d+\.\d+\.\d+", service["image"])
        variable = f"{name.replace('-', '_').upper()}_IMAGE"
        chosen = compose(**{variable: "example/image:1"})["services"][name]["image"]
        assert chosen == "example/image:1"


def test_each_file_that_is_mounted_is_there_and_each_volume_too() -> None:
    mounts = [mount.split(":") for service in team().values() for mount in service["volumes"]]
    for source, _, *how in mounts:
        if source.startswith("./"):
            assert (ROOT / source).is_file()
            assert how == ["ro"]
        else:
            assert source in compose()["volumes"]


def test_the_environment_of_the_example_is_known_and_makes_a_gateway_with_sign_in() -> None:
    env = in_env()
    taken = {name for service in team().values() for name in service.get("environment", ())}
    taken |= {secret["environment"] for secret in compose()["secrets"].values()}
    assert set(env) - taken - set(gateway()["environment"]) == set()
    handed_on = {name: env[name] for name in gateway()["environment"] if name in env}
    settings = Settings(**tidied(handed_on))
    assert settings.signs_in
    assert settings.metrics
    destination = destination_of(settings)
    assert destination is not None
    collector = destination.collector
    assert collector is not None
    receiver = read("collector.yaml")["receivers"]["otlp"]["protocols"]["http"]["endpoint"]
    assert urlsplit(collector.url).hostname in team()
    assert str(urlsplit(collector.url).port) == receiver.rpartition(":")[2]


def test_dex_knows_the_gateways_page_and_people_of_each_role() -> None:
    env = in_env()
    dex = read("dex.yaml", **env)
    assert dex["issuer"] == env["AUTH_ISSUER"]
    issuer, port = urlsplit(env["AUTH_ISSUER"]), dex["web"]["http"].rpartition(":")[2]
    assert issuer.hostname in team()["dex"]["networks"]["default"]["aliases"]
    assert [issuer.port, team()["dex"]["ports"]] == [int(port), [f"127.0.0.1:{port}:{port}"]]
    page, metrics = dex["staticClients"]
    assert page["id"] == env["AUTH_AUDIENCE"]
    assert page["redirectURIs"] == [f"{env['TEAM_URL']}/"]
    assert dex["web"]["allowedOrigins"] == [env["TEAM_URL"]]
    assert page["trustedPeers"] == [metrics["id"]]
    assert metrics["secret"] == env["METRICS_CLIENT_SECRET"]
    roles = [person[env["AUTH_ROLES_CLAIM"]] for person in dex["staticPasswords"]]
    assert sorted(roles) == sorted([role] for role in CallerRole)


def test_dex_does_not_start_without_the_secrets() -> None:
    """An empty secret would be one that everybody knows."""
    text = (TEAM / "dex.yaml").read_text("utf-8")
    assert 'getenv "METRICS_CLIENT_SECRET" | required' in text
    people = read("dex.yaml")["staticPasswords"]
    assert {person.get("hashFromEnv") for person in people} == {"TEAM_PASSWORD_HASH"}
    assert all("hash" not in person for person in people)


def test_grafana_finds_prometheus_and_the_dashboard() -> None:
    mounts = dict(mount.split(":")[:2] for mount in team()["grafana"]["volumes"])
    (source,) = read("grafana-datasource.yaml")["datasources"]
    assert source["isDefault"]
    assert source["url"] == "http://prometheus:9090"
    (provider,) = read("grafana-dashboards.yaml")["providers"]
    assert mounts["./docs/grafana.json"].startswith(f"{provider['options']['path']}/")


class Dex(FakeServer):
    """Gives a client a token with the role auditor, if it asks as dex expects it to."""

    name = "dex"

    def routes(self) -> Routes:
        return {**super().routes(), ("POST", "/token"): self._token}

    def _token(self, form: Any, _mood: Mood) -> Reply:
        scopes = set(form["scope"].split())
        audience = {scope for scope in scopes if scope.startswith("audience:server:client_id:")}
        if form["grant_type"] != "client_credentials" or scopes - audience != {"openid", "groups"}:
            return json_reply({"error": "invalid_request"}, 400)
        aud = [scope.rpartition(":")[2] for scope in audience]
        bearer = token("metrics", aud=aud, roles=None, groups=["auditor"])
        return json_reply({"access_token": bearer, "token_type": "bearer", "expires_in": 300})


@needs_prometheus
def test_prometheus_reads_the_metrics_of_a_gateway_with_sign_in(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("what only both know")
    with (
        Dex() as dex,
        serving(metrics=True, auth_roles_claim="groups", **BY_SECRET) as gateway,
    ):
        assert gateway.get("/metrics").status_code == 401
        changes = {
            "http://dex:5556": dex.url,
            "/run/secrets/metrics-client": str(secret),
            "gateway:8009": gateway.url.removeprefix("http://"),
            "scrape_interval: 15s": "scrape_interval: 250ms\n  scrape_timeout: 250ms",
        }
        config = changed((TEAM / "prometheus.yml").read_text("utf-8"), changes)
        with prometheus(config, tmp_path) as ask:
            deadline = time.monotonic() + PATIENCE
            while not (up := ask("interview_gateway_info")) and time.monotonic() < deadline:
                time.sleep(0.1)
            assert up, ask("up")
        asked = [request.headers["authorization"] for request in dex.requests]
    credentials = b64encode(b"metrics:what+only+both+know").decode()
    assert asked == [f"Basic {credentials}"]


def test_without_the_profile_nothing_of_it_is_needed() -> None:
    text = COMPOSE.read_text("utf-8")
    assert ":?" not in text, "a variable that must be set stops `docker compose up`, too"
    assert {name for name, it in compose()["services"].items() if it.get("secrets")} <= set(team())
