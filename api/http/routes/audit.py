"""Evidence: signed checkpoints of the log, proofs against them, and a check of the whole log."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse

from api.http import problems
from api.http.caller import TheCaller
from api.http.problem_documents import Problem, problem_of
from api.http.responses import JsonLines, documented, json_lines
from api.http.routes.gateway_of import TheGateway
from api.http.wire.proofs import ConsistencyReply, InclusionReply
from api.usecases.verify_report import VerifyProgress, VerifyReport
from eventlog.checkpoints import signed_checkpoint
from eventlog.errors import LogUnavailable

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])

UNREADABLE = documented(problems.LOG_UNAVAILABLE)
UNSIGNED = documented(problems.LOG_UNAVAILABLE, problems.NO_SIGNING_KEY)

Count = Annotated[int, Query(ge=0, le=2**62)]


@router.get("/checkpoint", response_class=PlainTextResponse, responses=UNSIGNED)
async def checkpoint(gateway: TheGateway) -> str:
    """A signed checkpoint of the log (C2SP tlog-checkpoint). Keep it elsewhere: with it you can
    check later that the log still has every event that it has now."""
    return await signed_checkpoint(gateway.log)


@router.post("/checkpoint", status_code=200, response_class=PlainTextResponse, responses=UNSIGNED)
async def store_checkpoint(gateway: TheGateway, caller: TheCaller) -> str:
    """Make a signed checkpoint and store it in the log too. `audit verify` checks the log against
    it later. The gateway stores one by itself each time it stops."""
    return await gateway.administration.seal(caller)


@router.get("/key", response_class=PlainTextResponse, responses=UNSIGNED)
async def key(gateway: TheGateway) -> str:
    """The public key of the checkpoints' signatures, as a C2SP verifier key."""
    signer = await gateway.log.signer()
    return f"{signer.verifier}\n"


@router.get("/inclusion", responses=UNREADABLE)
async def inclusion(
    gateway: TheGateway,
    position: Annotated[Count, Query(description="Of the event, from 0.")],
    size: Annotated[
        Count | None, Query(description="Of the checkpoint to prove it against; the head.")
    ] = None,
) -> InclusionReply:
    """A proof that an event is in the log of a checkpoint (RFC 6962)."""
    head = await gateway.log.head()
    size = head if size is None else size
    _check("size", size, head)
    _check("position", position, size - 1)
    (record,) = await gateway.log.records_from(position, 1)
    proof = await gateway.log.inclusion_proof(position, size)
    return InclusionReply(
        position=position, size=size, leaf=record.leaf.hex(), proof=[hash.hex() for hash in proof]
    )


@router.get("/consistency", responses=UNREADABLE)
async def consistency(
    gateway: TheGateway,
    old: Annotated[Count, Query(description="The size of the older checkpoint.")],
    new: Annotated[
        Count | None, Query(description="The size of the newer checkpoint; the head.")
    ] = None,
) -> ConsistencyReply:
    """A proof that the log of a checkpoint still begins with the log of an older one (RFC 6962)."""
    head = await gateway.log.head()
    new = head if new is None else new
    _check("new", new, head)
    _check("old", old, new)
    proof = await gateway.log.consistency_proof(old, new)
    return ConsistencyReply(old=old, new=new, proof=[hash.hex() for hash in proof])


@router.post(
    "/verify",
    status_code=200,  # FastAPI would look for it in the class of the response
    response_class=JsonLines,
    responses=documented(problems.NO_LOG_FILE)
    | {200: json_lines(VerifyProgress, VerifyReport, Problem)},
)
async def verify(request: Request, gateway: TheGateway) -> JsonLines:
    """Check that the whole log is consistent, as `interview-gateway audit verify` does. The
    response streams the progress several times a second. Its last line is the report, or a problem
    if the log cannot be read to its end. Only a checkpoint kept elsewhere shows whether the log was
    rewritten. To compare with one, use the command.

    One check runs at a time. If one is already running, the response follows that one. A check
    stops when the last client that follows it disconnects."""
    return JsonLines(_or_problem(await gateway.verifier.verify(), request.url.path))


async def _or_problem(lines: AsyncGenerator[bytes, None], path: str) -> AsyncGenerator[bytes, None]:
    async with aclosing(lines):
        try:
            async for line in lines:
                yield line
        except LogUnavailable as error:
            problem = problem_of(problems.LOG_UNAVAILABLE, f"It was not checked: {error}.", path)
            yield f"{problem.model_dump_json(by_alias=True, exclude_none=True)}\n".encode()


def _check(name: str, value: int, most: int) -> None:
    if value > most:
        message = f"must be at most {most}" if most >= 0 else "the log is empty"
        raise RequestValidationError([{"type": "value", "loc": ("query", name), "msg": message}])
