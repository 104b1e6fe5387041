"""The endpoints that no interview needs, in the order in which they are matched."""

from starlette.routing import BaseRoute

from api.http.routes import (
    administration,
    assessments,
    audit,
    custody,
    documents,
    forwarded,
    kits,
    overview,
    problems,
    replay,
    statemachine,
)

ROUTES: tuple[BaseRoute, ...] = tuple(
    route
    for module in (
        kits,
        replay,
        custody,
        assessments,
        audit,
        documents,
        forwarded,
        overview,
        administration,
        statemachine,
        problems,
    )
    for route in module.router.routes
)
