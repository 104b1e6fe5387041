"""The metrics for Prometheus, where they are switched on."""

from fastapi import APIRouter, Request, Response

from api.telemetry.exposition import Exposition

router = APIRouter(include_in_schema=False)


@router.head("/metrics")
@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """In Prometheus' text format, or in that of OpenMetrics if the caller prefers it."""
    exposition: Exposition = request.app.state.exposition
    text, media_type = await exposition.text(request.headers.get("accept", ""))
    return Response(text, headers={"content-type": media_type, "cache-control": "no-store"})
