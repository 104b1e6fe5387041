"""`interview-gateway forget`, `hold` and `release`: in the log itself, or through the gateway that
has it open, since a log has one writer."""

from dataclasses import dataclass
from typing import Any, Literal

import httpx
from rich.text import Text

from api.commands.errors import CommandError, GatewayRefused
from api.commands.lookup import find_interview
from api.commands.terminal import console
from api.custody import Custody
from api.gateway import utc_now
from api.refusals import Refusal
from eventlog.errors import LogHeld
from eventlog.open import open_log, open_reader

Action = Literal["hold", "release", "forget"]

GATEWAY_SECONDS = 120
"""How long the gateway may take: a forgetting rewrites the log's file."""

DONE = {
    "hold": "On hold: interview {id}. Its words cannot be forgotten until it is released.",
    "release": "Released: interview {id}.",
    "forget": "Forgotten: the words of interview {id}. Its evidence stays.",
}


@dataclass(frozen=True)
class Order:
    """What is to be done to which interview, and why."""

    action: Action
    interview_id: str
    reason: str


async def carry_out(url: str, gateway: str, action: Action, named: str, reason: str) -> None:
    """Do `action` to the interview that `named` names in the log at `url`, through the gateway
    at the URL `gateway` if it has the log open. Raises CommandError or EventLogError."""
    reader = open_reader(url)
    try:
        order = Order(action, await find_interview(reader, named), reason)
        key = str((await reader.signer()).verifier)
    finally:
        await reader.close()
    try:
        forks = await _in_log(url, order)
    except LogHeld:
        forks = await _through_gateway(gateway, key, order)
    out = console()
    out.print(DONE[action].format(id=order.interview_id), soft_wrap=True)
    for fork in forks:
        note = f"Interview {fork} began with a session of it and holds words of it still."
        out.print(Text(note, "yellow"), soft_wrap=True)


async def _in_log(url: str, order: Order) -> list[str]:
    log = open_log(url)
    try:
        custody = Custody(log, now=utc_now)
        match order.action:
            case "hold":
                await custody.hold(order.interview_id, order.reason)
            case "release":
                await custody.release(order.interview_id, order.reason)
            case "forget":
                return list((await custody.forget(order.interview_id, order.reason)).forks)
    except Refusal as refusal:
        raise CommandError(str(refusal)) from refusal
    finally:
        await log.close()
    return []


async def _through_gateway(gateway: str, key: str, order: Order) -> list[str]:
    path = f"/api/v1/interviews/{order.interview_id}"
    async with httpx.AsyncClient(
        base_url=gateway, timeout=GATEWAY_SECONDS, trust_env=False
    ) as client:
        try:
            served = await client.get("/api/v1/audit/key")
            if served.text.strip() != key:
                raise GatewayRefused(
                    f"the gateway at {gateway} has another event log open; say with --gateway "
                    "where the one is that has this log, or stop it"
                )
            if order.action == "forget":
                answer = await client.delete(path, params={"reason": order.reason})
            else:
                answer = await client.post(f"{path}/{order.action}", json={"reason": order.reason})
            body: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise GatewayRefused(
                f"another process has the event log open, and no gateway answers at {gateway}; "
                "say with --gateway where it is, or stop it"
            ) from error
    if answer.is_error:
        raise GatewayRefused(str(body.get("detail", body)))
    return list(body.get("forks", []))
