"""How an endpoint gets at the gateway that it belongs to."""

from typing import Annotated

from fastapi import Depends, Request

from api.gateway import Gateway


def _gateway_of(request: Request) -> Gateway:
    gateway: Gateway = request.app.state.gateway
    return gateway


TheGateway = Annotated[Gateway, Depends(_gateway_of)]
