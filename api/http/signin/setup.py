"""Sign-in as the settings have it, and where it stands in the application."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from api.environment import InvalidSettings
from api.http.signin import me
from api.http.signin.keys import FixedKey, Keys, KeySet, public_key, secret_key
from api.http.signin.middleware import SignIn
from api.http.signin.openapi import describe_sign_in
from api.http.signin.provider import Provider, is_local
from api.http.signin.tokens import Tokens
from api.settings import Settings
from backends.address import Address
from backends.http import Connections, Service
from backends.periodic import keep_running

logger = logging.getLogger(__name__)


class SignInSetup:
    """The parts of sign-in. Raises InvalidSettings for a key that cannot be used."""

    def __init__(self, settings: Settings) -> None:
        assert settings.auth_issuer is not None
        assert settings.auth_audience is not None
        self._connections = Connections(settings.ssl_cert_file)
        self._key_set: KeySet | None = None
        self._provider = self._provider_of(settings)
        self.tokens = Tokens(
            self._keys(settings),
            settings.auth_issuer,
            settings.auth_audience,
            settings.auth_roles_claim,
        )

    def install(self, app: FastAPI, **options: Any) -> None:
        """Put sign-in in front of all of `app` that was installed before; `options` are those of
        SignIn."""
        app.router.routes.extend(me.router.routes)
        app.add_middleware(SignIn, tokens=self.tokens, routes=app.router.routes, **options)
        describe_sign_in(app)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep fresh what the issuer publishes."""
        kept = [one for one in (self._key_set, self._provider) if one is not None]
        tasks = [asyncio.create_task(keep_running(type(one).__name__, one.run)) for one in kept]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for one in kept:
                await one.aclose()
            await self._connections.aclose()

    async def for_page(self) -> tuple[Mapping[str, str | None], str | None]:
        """Return how people sign in on the page, and the origin that the page has to reach for it.
        Both are empty if AUTH_OIDC_CLIENT_ID is not set."""
        return ({}, None) if self._provider is None else await self._provider.for_page()

    def _provider_of(self, settings: Settings) -> Provider | None:
        if settings.auth_oidc_client_id is None:
            return None
        try:
            return Provider(settings, self._connections)
        except ValueError:
            raise InvalidSettings(
                "AUTH_ISSUER: must be the address of an OpenID provider with https, such as "
                "https://id.example.com, because AUTH_OIDC_CLIENT_ID is set"
            ) from None

    def _keys(self, settings: Settings) -> Keys:
        if settings.auth_secret is not None:
            return FixedKey(secret_key(settings.auth_secret.get_secret_value()))
        if settings.auth_public_key is not None:
            try:
                return FixedKey(public_key(settings.auth_public_key))
            except ValueError as error:
                raise InvalidSettings(f"AUTH_PUBLIC_KEY: {error}") from None
        address = settings.auth_jwks_url
        assert address is not None
        self._connections.prepare([address])
        _warn_of_plain_http(address)
        self._key_set = KeySet(Service(self._connections, address))
        return self._key_set


def _warn_of_plain_http(address: Address) -> None:
    if not address.is_encrypted and not is_local(address.url):
        logger.warning(
            "AUTH_JWKS_URL is not https. Whoever can change what is sent on this network can make "
            "tokens that the gateway accepts."
        )
