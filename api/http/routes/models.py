"""The models, and the choice of one for new interviews."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError

from api.http.caller import TheCaller
from api.http.problems import UNKNOWN_MODEL
from api.http.responses import documented, json_of
from api.http.routes.gateway_of import TheGateway, gateway_of
from api.http.wire.models import ModelsReply, SelectReply, SelectRequest
from api.usecases.administration import note
from eventlog.times import to_text, utc_now
from statemachine.session import ModelId

router = APIRouter(prefix="/api/v1/models", tags=["models"])


@router.get("", response_model=ModelsReply)
async def models(request: Request) -> Response:
    """The models of granite-interview-service and Ollama, or a built-in list if neither answers."""
    return json_of(ModelsReply(models=await gateway_of(request).model_choice.models()))


@router.post("/select", responses=documented(UNKNOWN_MODEL))
async def select(
    gateway: TheGateway,
    caller: TheCaller,
    request: SelectRequest | None = None,
    model_id: Annotated[
        ModelId | None, Query(description="For older desktops, which send no body.")
    ] = None,
) -> SelectReply:
    """Select the model for interviews that are started without one."""
    chosen = request.model_id if request and request.model_id else model_id
    if chosen is None:
        missing = {"type": "missing", "loc": ("body", "modelId"), "msg": "Field required"}
        raise RequestValidationError([missing])
    await gateway.model_choice.select(chosen)
    if caller.subject is not None:  # without sign-in the page selects one whenever it is opened
        note(caller, "selected the model %s", chosen)
    return SelectReply(selected=chosen, timestamp=to_text(utc_now()))
