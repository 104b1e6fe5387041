"""The application: the gateway, its endpoints, its OpenAPI page."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from api import __version__
from api.environment import InvalidSettings
from api.gateway import Gateway
from api.http import errors
from api.http.cors import Cors
from api.http.gate import Gate
from api.http.late_routes import LateRoutes
from api.http.limits import BodyLimit
from api.http.request_ids import HEADER as REQUEST_ID_HEADER
from api.http.responses import EVENT_HEADER
from api.http.routes import health, interviews, models, page
from api.http.short_way import ShortWay
from api.settings import Settings, load_settings
from api.usecases.observing import UNOBSERVED
from backends.models import ModelCatalogue
from backends.shared.board import ALONE
from eventlog.open import open_log
from eventlog.protocol import EventLog

if TYPE_CHECKING:
    from api.http.ratelimit.setup import RateLimitSetup
    from api.http.signin.setup import SignInSetup
    from api.telemetry.telemetry import Telemetry
    from backends.recording import Recording
    from backends.shared.redis import RedisBoard


def create_app(settings: Settings | None = None, log: EventLog | None = None) -> FastAPI:
    """A gateway with `settings` (those of the environment) on `log` (the one they name).

    Raises InvalidSettings or LogNotOpened. The application owns the log and closes it.
    """
    settings = settings or load_settings()
    # First the recording: where there is none to play, no log is opened in vain.
    recording = _recording(settings)
    sign_in, telemetry, shared = _sign_in(settings), _telemetry(settings), _shared(settings)
    rate_limit = _rate_limit(settings, shared)
    gateway = Gateway(
        settings,
        log or open_log(settings.eventlog_url, settings.eventlog_key),
        recording,
        telemetry or UNOBSERVED,
        shared or ALONE,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with (
            telemetry.running() if telemetry else nullcontext(),
            gateway.running(),
            sign_in.running() if sign_in else nullcontext(),
        ):
            yield

    app = FastAPIOffline(
        title="Interview gateway",
        version=__version__,
        summary="Job interviews over HTTP, every move of them in an event log.",
        redoc_url=None,
        # FastAPI's own would send paths, queries and the messages of exceptions.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        redirect_slashes=False,  # a path with a slash too many is an unknown one
        lifespan=lifespan,
    )
    app.state.gateway = gateway
    app.state.sign_in = sign_in
    # Not `include_router`: what it makes matches each request twice, at 70 µs. Those that are asked
    # most often come first.
    for module in (health, models, interviews, page):
        app.router.routes.extend(module.router.routes)
    if telemetry is not None and telemetry.metrics is not None:
        from api.http.routes import metrics
        from api.telemetry.exposition import Exposition

        app.state.exposition = Exposition(gateway, telemetry.metrics)
        app.router.routes.extend(metrics.router.routes)
    late_routes = LateRoutes(app.router)
    app.router.routes.append(late_routes)
    if sign_in is not None or rate_limit is not None:
        late_routes.load()  # both look up which endpoint a request is for
    app.router.middleware_stack = ShortWay(app.router.middleware_stack, app.router.routes)
    errors.install(app)
    _describe(app, gateway.catalogue, late_routes)

    # The last one added is met first. CORS may allow any origin, since the gate has let in
    # only those that may use the gateway.
    app.add_middleware(BodyLimit)
    if rate_limit is not None:
        rate_limit.install(app)
    if sign_in is not None:
        sign_in.install(app, **({"limited": rate_limit.around()} if rate_limit else {}))
    app.add_middleware(
        Cors,
        allow_origin_regex=".*",
        allow_methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=["*"],
        allow_private_network=True,  # a browser may ask first whether a page may reach this machine
        expose_headers=[
            EVENT_HEADER,
            REQUEST_ID_HEADER,
            "ETag",
            *(rate_limit.exposed if rate_limit else ()),
        ],
    )
    app.add_middleware(Gate, hosts=settings.allowed_hosts, origins=settings.allowed_origins)
    if telemetry is not None:
        from api.http.observed import Observed

        app.add_middleware(Observed, telemetry=telemetry)
    return app


def _describe(app: FastAPI, catalogue: ModelCatalogue, late_routes: LateRoutes) -> None:
    """Make `app.openapi` describe all endpoints, also those that are loaded only now."""
    as_generated = app.openapi

    def openapi() -> dict[str, Any]:
        from api.http.openapi import described  # with the models of all endpoints

        late_routes.load()
        return described(as_generated, catalogue, is_new=app.openapi_schema is None)

    app.openapi = openapi  # type: ignore[method-assign]


def _recording(settings: Settings) -> "Recording | None":
    """The recording that RECORDING names; None without it. Raises InvalidSettings."""
    if settings.recording is None:
        return None
    from api.usecases.recordings import recording_at

    return recording_at(settings.recording)


def _sign_in(settings: Settings) -> "SignInSetup | None":
    """What checks tokens; None while sign-in is off, and then nothing of it is imported. Raises
    InvalidSettings."""
    if not settings.signs_in:
        return None
    with _needing("jwt", "AUTH_…: sign-in"):
        from api.http.signin.setup import SignInSetup
    return SignInSetup(settings)


def _telemetry(settings: Settings) -> "Telemetry | None":
    """What follows the gateway; None if nothing is switched on. Raises InvalidSettings."""
    if not settings.metrics and not settings.traces:
        return None
    from api.telemetry.telemetry import Telemetry

    telemetry = Telemetry(settings)
    return telemetry if telemetry.is_on else None


def _shared(settings: Settings) -> "RedisBoard | None":
    """What gateways on one log share; None without REDIS_URL, and then nothing of it is imported.
    Raises InvalidSettings."""
    if settings.redis_url is None:
        return None
    with _needing("redis", "REDIS_URL", "redis"):
        from backends.shared.connection import RedisConnection
        from backends.shared.redis import RedisBoard
    return RedisBoard(RedisConnection(settings.redis_url, settings.ssl_cert_file))


def _rate_limit(settings: Settings, shared: "RedisBoard | None") -> "RateLimitSetup | None":
    """What limits each caller's requests; None without RATE_LIMIT, and then nothing of it is
    imported. Raises InvalidSettings."""
    if settings.rate_limit is None:
        return None
    with _needing("limits", "RATE_LIMIT:"):
        from api.http.ratelimit.setup import RateLimitSetup
    return RateLimitSetup(settings, shared)


@contextmanager
def _needing(library: str, what: str, extra: str = "team") -> Iterator[None]:
    """A block that imports `what`, which needs the library. Raises InvalidSettings without it."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != library:
            raise
        raise InvalidSettings(
            f"{what} needs a library that is not installed; install interview-gateway[{extra}]"
        ) from error
