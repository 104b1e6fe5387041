"""`interview-gateway forget`, `hold` and `release`: in the log itself, or through the gateway that
has it open, since a log has one writer."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import httpx
from rich.text import Text

from api.cli.errors import CommandError, GatewayRefused
from api.cli.lookup import records_in
from api.cli.terminal import console
from api.settings import load_settings
from api.transcript.escaping import escape_controls
from api.usecases.custody import Custody
from api.usecases.errors import UseCaseError
from backends.address import Address
from backends.certificates import trusting
from backends.errors import BackendError
from backends.http import reason
from eventlog.errors import LogInUse
from eventlog.open import open_log, open_reader
from eventlog.records import Record
from eventlog.times import utc_now

Action = Literal["hold", "release", "forget"]

GATEWAY_SECONDS = 30
"""How long the gateway may take; it answers within seconds."""

OVERWRITE_SECONDS = 10.0
"""How long a forgetting in the log itself waits for the words to be overwritten in its files."""

DONE = {
    "hold": "On hold: interview {id}. Its words cannot be forgotten until it is released.",
    "release": "Released: interview {id}.",
    "forget": "Forgotten: the words of interview {id}. Its evidence stays.",
}
OVERWRITTEN = "They are overwritten in the bytes of the log's files."
LEFT = (
    "They are not yet overwritten in the bytes of the log's files, because {because}. Run "
    "the same command again when that is over, or start the gateway, which does it by itself."
)


@dataclass(frozen=True)
class Outcome:
    """What came of it, for a person: what was done besides, and what is left to do."""

    done: str = ""
    left: Sequence[str] = ()


@dataclass(frozen=True)
class Order:
    """What is to be done to which interview, and why; `first` is its first event."""

    action: Action
    interview_id: str
    reason: str
    first: Record


async def carry_out(url: str, gateway: str, action: Action, named: str, reason: str) -> None:
    """Do `action` to the interview that `named` names in the log at `url`, through the gateway
    at the URL `gateway` if it has the log open. Raises CommandError or EventLogError."""
    reader = open_reader(url)
    try:
        first, *_ = await records_in(reader, named)
        order = Order(action, first.interview_id, reason, first)
    finally:
        await reader.close()
    try:
        outcome = await _in_log(url, order)
    except LogInUse:
        outcome = await _through_gateway(gateway, order)
    out = console()
    done = DONE[action].format(id=order.interview_id)
    out.print(f"{done} {outcome.done}".rstrip(), soft_wrap=True)
    for note in outcome.left:
        out.print(Text(escape_controls(note), "yellow"), soft_wrap=True)


async def _in_log(url: str, order: Order) -> Outcome:
    log = open_log(url)
    try:
        custody = Custody(log, now=utc_now)
        match order.action:
            case "hold":
                await custody.hold(order.interview_id, order.reason)
            case "release":
                await custody.release(order.interview_id, order.reason)
            case "forget":
                forgotten = await custody.forget(
                    order.interview_id, order.reason, within=OVERWRITE_SECONDS
                )
                because = forgotten.left_because
                return _forgotten(because and LEFT.format(because=because), forgotten.forks)
    except UseCaseError as refusal:
        raise CommandError(str(refusal)) from refusal
    finally:
        await log.close()
    return Outcome()


async def _through_gateway(gateway: str, order: Order) -> Outcome:
    path = f"/api/v1/interviews/{order.interview_id}"
    address = _address(gateway)
    async with _client(address) as client:
        try:
            at = {"position": order.first.position}
            served = (await client.get("/api/v1/audit/inclusion", params=at)).json()
            leaf = served.get("leaf") if isinstance(served, dict) else None
            if leaf != order.first.leaf.hex():  # which no other log has
                raise GatewayRefused(
                    f"the gateway at {address} has another event log open; say with --gateway "
                    "where the one is that has this log, or stop it"
                )
            if order.action == "forget":
                answer = await client.delete(path, params={"reason": order.reason})
            else:
                answer = await client.post(f"{path}/{order.action}", json={"reason": order.reason})
            body: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            why = f" ({reason(error)})" if isinstance(error, httpx.ConnectError) else ""
            raise GatewayRefused(
                f"another process has the event log open, and no gateway answers at {address}{why}"
                "; say with --gateway where it is, or stop it"
            ) from error
    if answer.is_error:
        raise GatewayRefused(str(body.get("detail", body)))
    if order.action != "forget":
        return Outcome()
    return _forgotten(body.get("detail"), body["forks"])


def _address(gateway: str) -> Address:
    try:
        return Address(gateway)
    except ValueError as error:
        raise CommandError(f"--gateway {error}") from error


def _client(address: Address) -> httpx.AsyncClient:
    """Credentials and certificates are as for the services."""
    headers = {"authorization": address.authorization} if address.authorization else {}
    trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # none, and none is needed
    if address.is_encrypted:
        try:
            trusted = trusting(load_settings().ssl_cert_file)
        except BackendError as error:
            raise CommandError(str(error)) from error
    return httpx.AsyncClient(
        base_url=address.url,
        headers=headers,
        verify=trusted,
        timeout=GATEWAY_SECONDS,
        trust_env=False,
    )


def _forgotten(left: str | None, forks: Sequence[str]) -> Outcome:
    notes = [
        f"Interview {fork} began with a session of it and holds words of it still."
        for fork in forks
    ]
    return Outcome(done="" if left else OVERWRITTEN, left=[*filter(None, [left]), *notes])
