"""A real OpenID provider, at which people sign in on the page: npm's `oidc-provider`, which is
certified."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.client.tools import HERE, MODULES, NODE

CLIENT = "the-page"
"""The provider makes it ID tokens alone. The gateway gets these."""

THOROUGH = "the-thorough-page"
"""The provider makes it access tokens for the gateway, which can be renewed."""

AUDIENCE = "interview-gateway"

FONTS = "https://fonts.googleapis.com/"
"""Where the provider's own pages would fetch a font."""

needs_provider = pytest.mark.skipif(
    NODE is None or not (MODULES / "oidc-provider").is_dir(),
    reason="no OpenID provider: run `npm install --no-package-lock` in tests/client",
)


@dataclass(frozen=True)
class OpenIdProvider:
    """A provider that listens at `url`."""

    url: str

    def settings(self, client: str = CLIENT) -> dict[str, Any]:
        """The settings of a gateway whose page is this client."""
        return {
            "auth_jwks_url": f"{self.url}/jwks",
            "auth_issuer": self.url,
            "auth_audience": client if client == CLIENT else AUDIENCE,
            "auth_oidc_client_id": client,
        }

    @property
    def others(self) -> tuple[str, str]:
        """The addresses that a visitor asks who signs in."""
        return (f"{self.url}/", FONTS)

    def sign_in(self, page: Page, subject: str) -> None:
        """Press the button of the page, and sign in at the provider."""
        page.route(f"{FONTS}**", lambda route: route.fulfill(body="", content_type="text/css"))
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Sign-in")).to_be_visible()
        page.get_by_placeholder("Enter any login").fill(subject)
        page.get_by_placeholder("and password").fill("any will do")
        page.get_by_role("button", name="Sign-in").click()


@contextmanager
def openid_provider(people: Mapping[str, list[str]]) -> Iterator[OpenIdProvider]:
    """A provider that knows `people` by their subjects, with their roles."""
    assert NODE is not None
    told = json.dumps({"people": people, "audience": AUDIENCE})
    with subprocess.Popen(
        [NODE, str(HERE / "provider.mjs"), told],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # it warns that it keeps everything in memory
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield OpenIdProvider(process.stdout.readline().strip())
        finally:
            process.kill()
