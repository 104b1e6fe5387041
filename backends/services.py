"""The seven services the gateway stands before, and those that are there if their URLs are set."""

from dataclasses import dataclass

GRANITE = "granite-interview-service"
CONVERSATION = "conversation-service"
OLLAMA = "ollama"
OPENAI = "openai"
VOICE = "voice-service"
ANALYTICS = "analytics-service"
SCOUT = "scout-service"
AGENTS = "agents-service"
TEMPLATES = "templates"
RECORDING = "recording"
"""Not services: the built-in words and a recorded interviewer's, named where a backend is."""

STREAMING = frozenset({OLLAMA, OPENAI})
"""The backends that are asked for a stream. They also count tokens."""


UNDIRECTED = frozenset({GRANITE, CONVERSATION})
"""The backends that are asked for the next words, and not told what these are to do."""


@dataclass(frozen=True)
class ServiceInfo:
    """A service's name, the environment variable that says where it is, where it is by
    default, and the path that tells whether it is up."""

    name: str
    variable: str
    default_url: str
    health_path: str = "/health"


SERVICES: tuple[ServiceInfo, ...] = (
    ServiceInfo(CONVERSATION, "CONVERSATION_URL", "http://127.0.0.1:8003"),
    ServiceInfo(VOICE, "VOICE_URL", "http://127.0.0.1:8002"),
    ServiceInfo("avatar-service", "AVATAR_URL", "http://127.0.0.1:8001"),
    ServiceInfo("interview-service", "INTERVIEW_URL", "http://127.0.0.1:8004"),
    ServiceInfo(ANALYTICS, "ANALYTICS_URL", "http://127.0.0.1:8007"),
    ServiceInfo(GRANITE, "GRANITE_INTERVIEW_URL", "http://127.0.0.1:8005"),
    ServiceInfo(OLLAMA, "OLLAMA_URL", "http://127.0.0.1:11434", "/api/tags"),
)

OPENAI_SERVICE = ServiceInfo(OPENAI, "OPENAI_BASE_URL", "", "/v1/models")
"""Any server with OpenAI's interface. There is none by default."""

ONLY_FORWARDED: tuple[ServiceInfo, ...] = (
    ServiceInfo(SCOUT, "SCOUT_URL", ""),
    ServiceInfo(AGENTS, "AGENTS_URL", ""),
)
"""Services that desktops ask through the gateway, and that no interview needs. There are none by
default, and they do not count for the health of the whole."""
