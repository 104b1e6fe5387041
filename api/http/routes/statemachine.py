"""The rules that every interview keeps to."""

from fastapi import APIRouter

from api.http.wire.statemachine import StateMachineReply

router = APIRouter(prefix="/api/v1/statemachine", tags=["statemachine"])


@router.get("")
async def state_machine() -> StateMachineReply:
    """The states of an interview, and which event may lead from which to which: the very table
    that the gateway goes by."""
    return StateMachineReply.of_rules()
