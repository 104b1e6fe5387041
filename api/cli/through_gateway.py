"""Holding, releasing and forgetting through the gateway that has the log open."""

import ssl
from typing import Any

import httpx

from api.cli.errors import CommandError, GatewayRefused
from api.cli.orders import Order, Outcome, forgotten_outcome
from api.environment import variables
from api.settings import load_settings
from backends.address import Address
from backends.certificates import trusting
from backends.errors import BackendError
from backends.http import FOREIGN_ERRORS, reason

GATEWAY_SECONDS = 30
"""How long the gateway may take; it answers within seconds."""


NOT_ALLOWED = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
TOKEN = "GATEWAY_TOKEN"  # noqa: S105 - a name
"""The variable with the token for a gateway whose callers sign in. As an option, it would be seen
in the list of processes."""


async def through_gateway(gateway: str, order: Order) -> Outcome:
    """Have the gateway at the URL `gateway` carry out `order`. Raises CommandError."""
    path = f"/api/v1/interviews/{order.interview_id}"
    address = _address(gateway)
    async with _client(address) as client:
        try:
            at = {"position": order.first.position}
            found = await client.get("/api/v1/audit/inclusion", params=at)
            served = found.json()
            if found.status_code in NOT_ALLOWED:
                raise GatewayRefused(
                    f"{served.get('detail')} This command takes the token of an admin from the "
                    f"variable {TOKEN}."
                )
            leaf = served.get("leaf") if isinstance(served, dict) else None
            if leaf != order.first.leaf.hex():  # which no other log has
                raise GatewayRefused(
                    f"the gateway at {address} uses another event log; give the address of the "
                    "gateway that uses this log with --gateway, or stop that gateway"
                )
            if order.action == "forget":
                answer = await client.delete(path, params={"reason": order.reason})
            else:
                answer = await client.post(f"{path}/{order.action}", json={"reason": order.reason})
            body: dict[str, Any] = answer.json()
        except (*FOREIGN_ERRORS, ValueError) as error:
            is_told = isinstance(error, (httpx.ConnectError, ssl.SSLError))
            why = f" ({reason(error)})" if is_told else ""
            raise GatewayRefused(
                f"another process uses the event log, and no gateway answers at {address}{why}; "
                "give the gateway's address with --gateway, or stop that process"
            ) from error
    if answer.is_error:
        raise GatewayRefused(str(body.get("detail", body)))
    if order.action != "forget":
        return Outcome()
    return forgotten_outcome(body.get("detail"), body["forks"])


def _address(gateway: str) -> Address:
    try:
        return Address(gateway)
    except ValueError as error:
        raise CommandError(f"--gateway {error}") from error


def _client(address: Address) -> httpx.AsyncClient:
    """Credentials and certificates are as for the services; or a token is taken from TOKEN."""
    token = variables().get(TOKEN.lower())
    authorization = address.authorization or (f"Bearer {token}" if token else None)
    headers = {"authorization": authorization} if authorization else {}
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
