"""The dashboard in docs/: a real Prometheus scrapes a gateway, and answers each of its queries."""

import json
import math
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desktop import Desktop
from tests.fakes import GraniteServer, Mood, OllamaServer
from tests.gateways import Served, serving
from tests.prometheus import PATIENCE, needs_prometheus, prometheus
from tests.streams import listening

DOCS = Path(__file__).resolve().parents[3] / "docs"
CONFIG = """
global: {{scrape_interval: 250ms, scrape_timeout: 250ms}}
scrape_configs: [{{job_name: gateway, static_configs: [{{targets: ["{target}"]}}]}}]
"""
VARIABLES = {"$instance": ".*", "$job": "gateway", "$__rate_interval": "20s"}


def queries() -> list[str]:
    """All that the dashboard asks Prometheus, as Grafana would send it."""
    board = json.loads((DOCS / "grafana.json").read_text(encoding="utf-8"))
    found = [target["expr"] for panel in board["panels"] for target in panel.get("targets", ())]
    for name, value in VARIABLES.items():
        found = [query.replace(name, value) for query in found]
    assert found
    assert not [query for query in found if "$" in query]
    return found


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    log = tmp_path_factory.mktemp("log") / "interviews.db"
    with GraniteServer() as granite, OllamaServer() as ollama:
        granite.moods["/api/v1/interviews"] = Mood.ERROR_500
        with serving(
            granite,
            ollama,
            metrics=True,
            eventlog_url=f"sqlite:///{log}",
            redis_url="redis://127.0.0.1:9",  # which nobody listens to
        ) as gateway:
            gateway.wait_until_noticed(ollama="online", granite_interview_service="online")
            gateway.post("/api/v1/audit/verify", None)
            traffic(gateway)
            yield gateway


def traffic(gateway: Served) -> None:
    """Something of all that is measured."""
    gateway.get("/nowhere")
    desktop = Desktop(gateway).start(totalQuestions=1)
    desktop.finish()
    path = f"/api/v1/interviews/{desktop.interview_id}/reply"
    with listening(gateway, "GET", path) as response:
        response.read()


def test_each_metric_of_the_dashboard_and_of_the_docs_is_one_of_the_gateways(
    gateway: Served,
) -> None:
    text = gateway.get("/metrics").text
    measured = set(re.findall(r"^([a-z_]+)", text, re.MULTILINE))
    asked = {
        name
        for query in queries()
        for name in re.findall(r"(?:interview_gateway|process)_\w+", query)
    }
    assert asked <= measured
    families = set(re.findall(r"^# TYPE (interview_gateway_\w+)", text, re.MULTILINE))
    page = (DOCS / "monitoring.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `(interview_gateway_\w+)`", page, re.MULTILINE))
    assert told == families


@needs_prometheus
def test_prometheus_has_an_answer_to_each_query_of_the_dashboard(
    gateway: Served, tmp_path: Path
) -> None:
    config = CONFIG.format(target=gateway.url.removeprefix("http://"))
    with prometheus(config, tmp_path) as ask:
        open_queries = queries()
        deadline = time.monotonic() + PATIENCE
        while open_queries and time.monotonic() < deadline:
            traffic(gateway)
            time.sleep(0.2)
            open_queries = [query for query in open_queries if not has_value(ask(query))]
        assert open_queries == []


def has_value(found: list[Any]) -> bool:
    return any(not math.isnan(float(one["value"][1])) for one in found)
