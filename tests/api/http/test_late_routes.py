"""Endpoints that are loaded by the first request to one of them."""

from concurrent.futures import ThreadPoolExecutor

from api.http.late_routes import LateRoutes
from tests.gateways import serving

ASKED = [
    ("GET", "/api/v1/kits", 200),
    ("GET", "/api/v1/statemachine", 200),
    ("GET", "/problems/kit-changed", 200),
    ("DELETE", "/api/v1/kits", 405),
    ("GET", "/api/v1/nothing-here", 404),
]


def test_requests_that_come_at_once_are_all_answered_as_later_ones_are() -> None:
    with serving() as gateway, ThreadPoolExecutor(len(ASKED)) as threads:
        routes = gateway.app.router.routes
        assert gateway.client.get("/health").status_code == 200
        assert isinstance(routes[-1], LateRoutes)
        for _ in range(2):
            asked = [threads.submit(gateway.client.request, *call[:2]) for call in ASKED]
            statuses = [answer.result().status_code for answer in asked]
            assert statuses == [expected for *_, expected in ASKED]
            assert not any(isinstance(route, LateRoutes) for route in routes)
