"""What can be set, in the environment or a `.env` file.

`.env.example` and the README's table say the same; a test holds the three together.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails

from api.environment import (
    InvalidSettings,
    LogFormat,
    log_of_this_user,
    tidied,
    variables,
)
from api.setting_types import (
    ApiKey,
    Hosts,
    LogLevel,
    Name,
    Origins,
    Proxies,
    Rate,
    ServiceUrl,
    SharedRedisUrl,
    address_to_listen_on,
    date_only,
    long_secret,
    pem,
)
from api.validation import requirement
from backends.address import Address, host_and_port
from backends.pace import Pace
from backends.services import ONLY_FORWARDED, OPENAI, SERVICES
from statemachine.redaction import without_secrets

NOT_OURS_ALONE = {
    "HOST": "unset it or give --host",
    "PORT": "unset it or give --port",
    "LOG_LEVEL": "unset it",
    "AUTH": "unset it",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "unset it or set OTEL_SDK_DISABLED=true",
    "OTEL_SDK_DISABLED": "unset it",
}
"""Variables that other software sets too, and what to do then."""

SECRETS = ("openai_api_key", "auth_public_key", "auth_secret")
"""Settings that are never quoted. Some put their private key where the public one belongs."""

AUTH_KEYS = ("auth_jwks_url", "auth_public_key", "auth_secret")
"""The settings of which one switches sign-in on."""

_DEFAULT_URLS = {info.variable.lower(): Address(info.default_url) for info in SERVICES}


class Settings(BaseModel):
    """The gateway's settings; each is the environment variable of its name in capitals."""

    model_config = ConfigDict(
        extra="ignore",
        hide_input_in_errors=True,  # it may hold a password
    )

    host: Annotated[str, AfterValidator(address_to_listen_on)] = Field(
        "127.0.0.1", description="Address to listen on."
    )
    port: int = Field(8009, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    eventlog_url: str = Field(
        default_factory=log_of_this_user,
        description="Where the event log is kept.",
    )
    eventlog_key: Path | None = Field(
        None, description="The file of the key that signs an event log on PostgreSQL."
    )
    conversation_url: ServiceUrl = _DEFAULT_URLS["conversation_url"]
    voice_url: ServiceUrl = _DEFAULT_URLS["voice_url"]
    avatar_url: ServiceUrl = _DEFAULT_URLS["avatar_url"]
    interview_url: ServiceUrl = _DEFAULT_URLS["interview_url"]
    analytics_url: ServiceUrl = _DEFAULT_URLS["analytics_url"]
    granite_interview_url: ServiceUrl = _DEFAULT_URLS["granite_interview_url"]
    ollama_url: ServiceUrl = _DEFAULT_URLS["ollama_url"]
    openai_base_url: ServiceUrl | None = Field(
        None, description="A server with OpenAI's interface, as one more service."
    )
    openai_api_key: ApiKey | None = Field(None, description="The key that it is sent.")
    scout_url: ServiceUrl | None = Field(
        None, description="scout-service, which desktops search candidates with."
    )
    agents_url: ServiceUrl | None = Field(
        None, description="The service of agents that conduct interviews of their own."
    )
    ssl_cert_file: Path | None = Field(
        None, description="Certificates to trust for https URLs, besides the system's."
    )
    allowed_origins: Origins = Field(
        (), description="More origins whose pages may use the gateway, separated by commas."
    )
    allowed_hosts: Hosts = Field(
        (), description="More names the gateway may be addressed by, separated by commas."
    )
    strict_sessions: bool = Field(
        False, description="Refuse sessions that the log does not know instead of adopting them."
    )
    reply_budget_seconds: float = Field(
        4.5,
        gt=0,
        le=4.5,
        description="Time that all backends together may take for the interviewer's words.",
    )
    stream_budget_seconds: float = Field(
        60.0,
        gt=0,
        le=600,
        description="Time that they may take where the words are shown as they come.",
    )
    first_word_seconds: float = Field(
        30.0,
        gt=0,
        le=600,
        description="Time that they may take for the first word, where the words are shown as they "
        "come.",
    )
    assessment_budget: float = Field(
        120.0,
        gt=0,
        le=1800,
        description="Seconds that a model may take to assess an interview.",
    )
    kits: Path | None = Field(
        None, description="A folder of interview kits, besides the built-in ones."
    )
    recording: Path | None = Field(
        None, description="An exported interview whose interviewer is asked before all others."
    )
    recording_pace: Pace = Field(
        Pace.RECORDED,
        description="recorded: its words take the time they once took; instant: none.",
    )
    retention_days: int | None = Field(
        None,
        ge=1,
        le=36500,
        description="Days after which the words of complete interviews are forgotten; kept for "
        "good where it is not set.",
    )
    retention_clock_confirmed: Annotated[date, BeforeValidator(date_only)] | None = Field(
        None,
        description="The date on which a person confirmed that the clock is right, after "
        "RETENTION_DAYS had said that it does not believe it.",
    )
    drain_seconds: float = Field(
        60.0,
        ge=0,
        le=3600,
        description="Time that replies under way may take when the gateway is told to stop.",
    )
    log_level: LogLevel = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    log_format: LogFormat = Field(
        LogFormat.TEXT,
        description="text, or json: an object a line, with the ids of the request and its trace.",
    )
    metrics: bool = Field(False, description="Whether Prometheus finds metrics at /metrics.")
    otel_exporter_otlp_endpoint: ServiceUrl | None = Field(
        None, description="A collector that gets traces; over HTTP, they are at /v1/traces."
    )
    otel_exporter_otlp_traces_endpoint: ServiceUrl | None = Field(
        None, description="The whole URL for traces, in place of the other."
    )
    otel_exporter_otlp_protocol: str | None = Field(
        None, description="How the collector is spoken to: http/protobuf or grpc."
    )
    otel_exporter_otlp_traces_protocol: str | None = Field(
        None, description="The same for traces, in place of the other."
    )
    otel_traces_exporter: str | None = Field(
        None, description="Who gets traces: otlp (a collector), console, both, or none."
    )
    otel_sdk_disabled: bool = Field(False, description="No traces, whatever else is set.")
    auth_jwks_url: ServiceUrl | None = Field(
        None, description="Where the issuer of the tokens publishes its keys, as a JWK set."
    )
    auth_public_key: Annotated[str, BeforeValidator(pem)] | None = Field(
        None, description="The issuer's public key, as a PEM."
    )
    auth_secret: Annotated[SecretStr, AfterValidator(long_secret)] | None = Field(
        None, description="A secret shared with the issuer, of 32 bytes or more, for HS256."
    )
    auth_issuer: Name | None = Field(
        None, description="What `iss` must be in a token.", validate_default=True
    )
    auth_audience: Name | None = Field(
        None, description="What `aud` must be in a token, or contain.", validate_default=True
    )
    auth_roles_claim: Name = Field("roles", description="The claim with the caller's roles.")
    auth_oidc_client_id: Name | None = Field(
        None, description="What the issuer, an OpenID provider, calls the gateway's web page."
    )
    auth_oidc_scopes: Name = Field("openid", description="What the page asks the issuer for.")
    auth: Literal["off"] | None = Field(
        None, description="off: other machines may use the gateway without sign-in."
    )
    rate_limit: Rate | None = Field(
        None, description="How many requests each caller may send, such as 60/minute."
    )
    trusted_proxies: Proxies = Field(
        (),
        description="Proxies that say truly whom they forward for: their addresses or networks.",
    )
    redis_url: SharedRedisUrl | None = Field(
        None, description="The Redis through which gateways on one log share what they know."
    )

    @field_validator("auth_public_key", "auth_secret")
    @classmethod
    def _is_the_only_key(cls, value: Any, info: ValidationInfo) -> Any:
        others = [name.upper() for name in AUTH_KEYS if info.data.get(name) is not None]
        if value is not None and others:
            raise ValueError(f"cannot be set together with {others[0]}; keep one of them")
        return value

    @field_validator("auth_issuer", "auth_audience")
    @classmethod
    def _is_set_for_sign_in(cls, value: Any, info: ValidationInfo) -> Any:
        given = [name.upper() for name in AUTH_KEYS if info.data.get(name) is not None]
        if value is None and given:
            raise ValueError(f"must be set, because {given[0]} is")
        return value

    @field_validator("auth_oidc_client_id")
    @classmethod
    def _needs_sign_in(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None and all(info.data.get(name) is None for name in AUTH_KEYS):
            raise ValueError("needs sign-in; set AUTH_JWKS_URL, too")
        return value

    @field_validator("auth_oidc_scopes")
    @classmethod
    def _asks_for_an_identity(cls, value: str) -> str:
        if "openid" not in value.split():
            raise ValueError("must contain the scope openid")
        return value

    @field_validator("auth")
    @classmethod
    def _is_off_without_key(cls, value: Any, info: ValidationInfo) -> Any:
        given = [name.upper() for name in AUTH_KEYS if info.data.get(name) is not None]
        if value is not None and given:
            raise ValueError(f"must be unset, because {given[0]} switches sign-in on")
        return value

    @property
    def signs_in(self) -> bool:
        """Whether callers need a token."""
        return any(getattr(self, name) is not None for name in AUTH_KEYS)

    @property
    def own_url(self) -> str:
        """Where a command on this machine finds the gateway that these settings start."""
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - no address to listen on
        return f"http://{host_and_port(everywhere.get(self.host, self.host), self.port)}"

    def service_urls(self) -> Mapping[str, Address]:
        """Where each service is, by its name; those without a default only if they are set."""
        found = {i.name: getattr(self, i.variable.lower()) for i in (*SERVICES, *ONLY_FORWARDED)}
        urls = {name: address for name, address in found.items() if address is not None}
        return urls if self.openai_base_url is None else {**urls, OPENAI: self._openai_address()}

    @property
    def traces(self) -> bool:
        """Whether OpenTelemetry's variables ask for traces."""
        if self.otel_sdk_disabled or (self.otel_traces_exporter or "").lower() == "none":
            return False
        collectors = (self.otel_exporter_otlp_endpoint, self.otel_exporter_otlp_traces_endpoint)
        return self.otel_traces_exporter is not None or collectors != (None, None)

    def _openai_address(self) -> Address:
        assert self.openai_base_url is not None, "asked for only where it is set"
        # Some write the version's path behind the address, as OpenAI's own clients want it.
        address = self.openai_base_url.without_ending("/v1")
        key = self.openai_api_key
        return address if key is None else address.with_key(key.get_secret_value())


def load_settings(**overrides: Any) -> Settings:
    """The settings of the environment and `.env`; `overrides` (of the command line) go
    before both, where they are not None. Raises InvalidSettings."""
    given = tidied(overrides)
    try:
        return Settings(**{**variables(), **given})
    except ValidationError as error:
        # The cause is left out: it holds what was given, and with it perhaps a password.
        raise InvalidSettings(
            "\n".join(_problem(problem, given) for problem in error.errors())
        ) from None


def _problem(problem: ErrorDetails, options: Mapping[str, Any]) -> str:
    """What is wrong with a setting, in a line: of an option, if it was given as one."""
    setting, words, value = str(problem["loc"][0]), requirement(problem), problem["input"]
    if setting in SECRETS or value is None:
        return f"{setting.upper()}: {words}"
    shown = without_secrets(value) if isinstance(value, str) else value
    if setting in options:
        return f"--{setting.replace('_', '-')} {words} (it is {shown!r})"
    name = setting.upper()
    advice = NOT_OURS_ALONE.get(name)
    return f"{name}: {words} (it is {shown!r})" + (
        f"; if other software has set it, {advice}" if advice else ""
    )
