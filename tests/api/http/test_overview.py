"""The gateway and its services at one glance, in the shapes of the field's desktop."""

from collections.abc import Iterator

import pytest

from api import __version__
from backends.address import Address
from tests.fakes import GraniteServer
from tests.fakes.forwarded import ForwardedServer
from tests.gateways import NOWHERE, Served, serving


@pytest.fixture(scope="module")
def gateway() -> Iterator[Served]:
    """Three services are up: granite, voice, and scout, which does not count."""
    with ForwardedServer() as voice, GraniteServer() as granite:
        urls = {"scout": Address(voice.url), "agents": Address(NOWHERE)}
        with serving(voice, granite, scout_url=urls["scout"], agents_url=urls["agents"]) as gateway:
            gateway.wait_until_noticed(voice_service="online", granite_interview_service="online")
            yield gateway


def test_the_status_tells_of_each_service_and_where_it_is(gateway: Served) -> None:
    status = gateway.get("/api/v1/system/status").json()
    details = status.pop("service_details")
    assert status.pop("timestamp").endswith("Z")
    assert status == {
        "gateway_version": __version__,
        "status": "offline",
        "services_online": 3,
        "services_total": 9,
    }
    assert details["scout-service"]["status"] == "online"
    assert details["agents-service"] | {"lastChecked": ""} == {
        "name": "agents-service",
        "status": "offline",
        "state": "down",
        "error": "Connection refused",
        "detail": "Connection refused",
        "lastChecked": "",
        "url": NOWHERE,
    }


def test_the_services_are_listed_in_groups(gateway: Served) -> None:
    listed = gateway.get("/api/v1/services").json()
    assert listed["total_services"] == 9
    port = int(gateway.url.rpartition(":")[2])
    assert listed["gateway"] == {"version": __version__, "port": port}
    assert {group: set(members) for group, members in listed["service_registry"].items()} == {
        "core_services": {"scout-service"},
        "ai_services": {
            *("conversation-service", "interview-service", "granite-interview-service"),
            "agents-service",
        },
        "media_services": {"voice-service", "avatar-service"},
        "analytics_services": {"analytics-service"},
        "ai_engine": {"ollama"},
    }
    agents = listed["service_registry"]["ai_services"]["agents-service"]
    assert set(agents) == {"port", "url", "status", "description"}
    assert (agents["port"], agents["status"]) == (9, "offline")


def test_the_dashboard_has_services_and_models_together(gateway: Served) -> None:
    board = gateway.get("/api/v1/dashboard").json()
    assert set(board) == {
        *("status", "timestamp", "services", "servicesSummary", "availableModels", "gateway")
    }
    assert board["servicesSummary"] == {"online": 3, "total": 9, "percentage": 33.3}
    assert board["services"]["voice-service"]["status"] == "online"
    assert board["availableModels"] == gateway.get("/api/v1/models").json()["models"]


def test_services_that_are_only_passed_on_to_do_not_count_for_health(gateway: Served) -> None:
    health = gateway.get("/health").json()
    assert health["summary"] == {"online": 2, "total": 7}
    assert "scout-service" not in {service["name"] for service in health["services"]}


def test_a_url_without_a_port_has_that_of_its_scheme() -> None:
    with serving(scout_url=Address("https://scout.invalid/v2")) as gateway:
        listed = gateway.get("/api/v1/services").json()["service_registry"]["core_services"]
    assert listed["scout-service"]["port"] == 443
    assert listed["scout-service"]["url"] == "https://scout.invalid/v2"
