"""How the gateway runs, for its administrators."""

from pydantic import ConfigDict, Field

from api.http.wire.health import ServiceReply
from api.usecases.administration import CircuitGlance, LogGlance
from api.usecases.happenings import ReplyGlance
from backends.circuit import CircuitState
from backends.models import Model
from backends.shared.board import BoardGlance
from backends.turn import Phase
from eventlog.times import to_text
from statemachine.session import Value

# These are built when they are first needed, which in most gateways is never.
DEFERRED = ConfigDict(defer_build=True)


class SettingReply(Value):
    model_config = DEFERRED

    name: str = Field(description="The variable.")
    value: str | None = Field(
        None, description="As in a .env file, with `***` for secrets; absent if there is none."
    )
    is_set: bool = Field(description="False: it is the default.")


class SettingsReply(Value):
    model_config = DEFERRED

    settings: list[SettingReply]


class CircuitReply(Value):
    model_config = DEFERRED

    backend: str
    state: CircuitState
    by_hand: bool = Field(
        description="An administrator opened it. It stays open until one closes it."
    )
    detail: str | None = Field(None, description="Why it is not closed, for a person.")

    @classmethod
    def of(cls, glance: CircuitGlance) -> "CircuitReply":
        return cls(
            backend=glance.backend,
            state=glance.state,
            by_hand=glance.by_hand,
            detail=glance.detail,
        )


class CircuitsReply(Value):
    model_config = DEFERRED

    circuits: list[CircuitReply]


class LoadableModelsReply(Value):
    model_config = DEFERRED

    models: list[Model]


class ProbedReply(Value):
    model_config = DEFERRED

    services: list[ServiceReply]


class UnderWayReply(Value):
    model_config = DEFERRED

    interview_id: str
    of_summary: bool
    phase: Phase | None = Field(None, description="Absent before a backend is asked.")
    backend: str | None = None
    model: str | None = None
    elapsed_ms: int
    listeners: int = Field(description="How many streams follow it.")
    made_here: bool = Field(description="False while another gateway makes it.")

    @classmethod
    def of(cls, glance: ReplyGlance) -> "UnderWayReply":
        return cls(
            interview_id=glance.interview_id,
            of_summary=glance.of_summary,
            phase=glance.phase,
            backend=glance.backend,
            model=glance.model,
            elapsed_ms=round(glance.seconds * 1000),
            listeners=glance.listeners,
            made_here=glance.made_here,
        )


class RepliesReply(Value):
    model_config = DEFERRED

    replies: list[UnderWayReply]


class LogReply(Value):
    model_config = DEFERRED

    where: str
    is_writable: bool
    events: int
    bytes: int | None = Field(None, description="Of its files; absent if it is in memory.")
    sealed: int = Field(description="How many events the newest checkpoint in the log covers.")
    scrubs_due: int = Field(
        description="After how many erasures words may still be in the bytes of its files."
    )

    @classmethod
    def of(cls, glance: LogGlance, *, is_writable: bool) -> "LogReply":
        return cls(
            where=glance.where,
            is_writable=is_writable,
            events=glance.events,
            bytes=glance.size,
            sealed=glance.sealed,
            scrubs_due=glance.scrubs_due,
        )


class RedisReply(Value):
    model_config = DEFERRED

    is_set: bool = Field(description="False: `REDIS_URL` is not set, and all else is absent.")
    url: str | None = Field(None, description="With `***` for a login.")
    is_online: bool | None = None
    since: str | None = Field(None, description="When it came online, or went offline.")
    error: str | None = Field(None, description="Why it is offline, for a person.")
    latency_ms: int | None = None
    gateways: int | None = Field(None, description="How many gateways share this log through it.")
    duties: list[str] | None = Field(
        None, description="What this gateway does for all of them, such as `probes`."
    )

    @classmethod
    def of(cls, glance: BoardGlance | None) -> "RedisReply":
        if glance is None:
            return cls(is_set=False)
        return cls(
            is_set=True,
            url=glance.where,
            is_online=glance.is_online,
            since=None if glance.since is None else to_text(glance.since),
            error=glance.error,
            latency_ms=glance.latency_ms,
            gateways=glance.gateways,
            duties=list(glance.duties),
        )


class DrainReply(Value):
    model_config = DEFERRED

    draining: bool
    under_way: int = Field(
        description="What must end before the gateway can stop without a loss. A reply whose "
        "caller waits for it counts twice."
    )
