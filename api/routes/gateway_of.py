"""How an endpoint gets at the gateway that it belongs to."""

from typing import Annotated

from fastapi import Depends, Request

from api.gateway import Gateway


async def _gateway_of(request: Request) -> Gateway:
    # Async, though it waits for nothing: FastAPI runs plain functions in a thread, at the
    # cost of half the rate.
    gateway: Gateway = request.app.state.gateway
    return gateway


TheGateway = Annotated[Gateway, Depends(_gateway_of)]
