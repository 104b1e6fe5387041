"""How the gateway runs, and what changes that: for its administrators.

While sign-in is off, everybody at this machine is one, as everybody there can also erase all
interviews. Other machines, which `AUTH=off` may let in, are not let in here.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.gateway import Gateway
from api.http import problems
from api.http.caller import TheCaller
from api.http.responses import documented, gives, json_of
from api.http.routes.gateway_of import TheGateway
from api.http.routes.health import WITHIN_SECONDS
from api.http.this_machine import only_administrators
from api.http.wire.administration import (
    CircuitReply,
    CircuitsReply,
    DrainReply,
    LoadableModelsReply,
    LogReply,
    ProbedReply,
    RedisReply,
    RepliesReply,
    SettingReply,
    SettingsReply,
    UnderWayReply,
)
from api.http.wire.health import ServiceReply
from api.usecases.administration import LogGlance
from api.usecases.settings_in_force import settings_in_force
from backends.models import Model
from eventlog.times import utc_now
from statemachine.session import ModelId

ONLY_HERE = documented(problems.FOREIGN_ORIGIN, problems.ONLY_HERE)
UNKNOWN_BACKEND = documented(problems.UNKNOWN_BACKEND)
UNKNOWN_MODEL = documented(problems.UNKNOWN_MODEL)
UNLOADED = documented(problems.UNKNOWN_MODEL, problems.SERVICE_UNAVAILABLE)
UNREADABLE = documented(problems.LOG_UNAVAILABLE)
UNSIGNED = documented(problems.LOG_UNAVAILABLE, problems.NO_SIGNING_KEY)

OllamasModel = Annotated[ModelId, Query(alias="modelId", description="One of Ollama's models.")]

router = APIRouter(
    prefix="/api/v1/admin",
    tags=["administration"],
    default_response_class=Response,
    dependencies=[Depends(only_administrators)],
    responses=ONLY_HERE,
)


@router.get("/settings", responses=gives(SettingsReply))
async def settings(gateway: TheGateway) -> Response:
    """The settings in force, without secrets: `***` is in place of each key, and of each login in a
    URL. To change one, set the variable and restart the gateway."""
    found = settings_in_force(gateway.settings)
    replies = [SettingReply(name=s.name, value=s.value, is_set=s.is_set) for s in found]
    return json_of(SettingsReply(settings=replies))


@router.get("/circuits", responses=gives(CircuitsReply))
async def circuits(gateway: TheGateway) -> Response:
    """The backends in the order in which they are asked, each with its circuit. A backend whose
    circuit is open is not asked."""
    found = [CircuitReply.of(circuit) for circuit in gateway.administration.circuits()]
    return json_of(CircuitsReply(circuits=found))


@router.post("/circuits/{backend}/open", responses=gives(CircuitReply) | UNKNOWN_BACKEND)
async def open_circuit(backend: str, gateway: TheGateway, caller: TheCaller) -> Response:
    """Let nobody ask this backend, until you close its circuit or the gateway restarts. A reply
    that it is writing is finished."""
    return json_of(CircuitReply.of(gateway.administration.open_circuit(backend, caller)))


@router.post("/circuits/{backend}/close", responses=gives(CircuitReply) | UNKNOWN_BACKEND)
async def close_circuit(backend: str, gateway: TheGateway, caller: TheCaller) -> Response:
    """Let this backend be asked at the next reply, whatever it did lately."""
    return json_of(CircuitReply.of(gateway.administration.close_circuit(backend, caller)))


@router.get("/models", responses=gives(LoadableModelsReply))
async def loadable_models(gateway: TheGateway) -> Response:
    """The models that can be loaded and unloaded: Ollama's own."""
    return json_of(LoadableModelsReply(models=await gateway.administration.models()))


@router.post("/models/load", responses=gives(Model) | UNKNOWN_MODEL)
async def load(model_id: OllamasModel, gateway: TheGateway, caller: TheCaller) -> Response:
    """Begin to load this model into Ollama's memory. It answers at once; the model's `state` says
    when it is `ready`."""
    return json_of(await gateway.administration.load(model_id, caller))


@router.post("/models/unload", responses=gives(Model) | UNLOADED)
async def unload(model_id: OllamasModel, gateway: TheGateway, caller: TheCaller) -> Response:
    """Take this model out of Ollama's memory, or end its load."""
    return json_of(await gateway.administration.unload(model_id, caller))


@router.post("/probe", responses=gives(ProbedReply))
async def probe(gateway: TheGateway, caller: TheCaller) -> Response:
    """Look now which services are up, and which models they have. It answers when all have
    answered, or after 3 s."""
    await gateway.administration.probe(caller)
    now = utc_now()
    statuses = await gateway.health.all_statuses(WITHIN_SECONDS)
    found = [ServiceReply.of(status, gateway.condition(status), now) for status in statuses]
    return json_of(ProbedReply(services=found))


@router.get("/replies", responses=gives(RepliesReply))
async def replies(gateway: TheGateway) -> Response:
    """The replies and summaries that are being made, the oldest first, and how many streams follow
    each. To end one, `DELETE /api/v1/interviews/{interviewId}/reply`."""
    found = [UnderWayReply.of(glance) for glance in gateway.conductor.glances()]
    return json_of(RepliesReply(replies=found))


@router.get("/log", responses=gives(LogReply) | UNREADABLE)
async def log(gateway: TheGateway) -> Response:
    """How large the event log is, how much of it the newest checkpoint covers, and what is due."""
    return _log_reply(gateway, await gateway.administration.log())


@router.post("/log/seal", responses=gives(LogReply) | UNSIGNED)
async def seal(gateway: TheGateway, caller: TheCaller) -> Response:
    """Store a signed checkpoint in the log. To get one to keep elsewhere,
    `POST /api/v1/audit/checkpoint`."""
    await gateway.administration.seal(caller)
    return _log_reply(gateway, await gateway.administration.log())


@router.post("/log/scrub", responses=gives(LogReply) | UNREADABLE)
async def scrub(gateway: TheGateway, caller: TheCaller) -> Response:
    """Overwrite what is left of erased words in the log's files. While another program reads an
    older state of the file, `scrubsDue` stays above 0."""
    return _log_reply(gateway, await gateway.administration.scrub(caller))


@router.get("/redis", responses=gives(RedisReply))
async def redis(gateway: TheGateway) -> Response:
    """Whether the gateways of this log share what they know through Redis, and how that is. Without
    Redis, each of them finds out by itself."""
    return json_of(RedisReply.of(gateway.shared.glance()))


@router.get("/drain", responses=gives(DrainReply))
async def drain(gateway: TheGateway) -> Response:
    """Whether the gateway takes new steps of interviews, and how much is in progress."""
    return _drain_reply(gateway)


@router.post("/drain", responses=gives(DrainReply))
async def begin_drain(gateway: TheGateway, caller: TheCaller) -> Response:
    """Take no new steps of interviews: they get a 503, and so does `/ready`. What is in progress is
    finished. The gateway goes on running."""
    gateway.administration.begin_drain(caller)
    return _drain_reply(gateway)


@router.delete("/drain", responses=gives(DrainReply) | documented(problems.STOPPING))
async def end_drain(gateway: TheGateway, caller: TheCaller) -> Response:
    """Take new steps again."""
    gateway.administration.end_drain(caller)
    return _drain_reply(gateway)


def _log_reply(gateway: Gateway, glance: LogGlance) -> Response:
    return json_of(LogReply.of(glance, is_writable=gateway.log_monitor.is_writable))


def _drain_reply(gateway: Gateway) -> Response:
    return json_of(
        DrainReply(draining=gateway.drain.is_draining, under_way=gateway.drain.under_way)
    )
