"""The names of spans and of their attributes.

Those of OpenTelemetry's conventions for generative AI still change. They stand here and nowhere
else: https://opentelemetry.io/docs/specs/semconv/gen-ai/
"""

OPERATION = "gen_ai.operation.name"
CHAT = "chat"
PROVIDER = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
REQUEST_STREAM = "gen_ai.request.stream"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
SECONDS_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
CONVERSATION_ID = "gen_ai.conversation.id"
"""The interview's id."""

METHOD = "http.request.method"
OTHER_METHOD = "_OTHER"
NAME_OF_OTHER_METHOD = "HTTP"
"""What OpenTelemetry's conventions for HTTP call a method that is not known, and a span of it."""
ROUTE = "http.route"
STATUS = "http.response.status_code"
ERROR_TYPE = "error.type"

REQUEST_ID = "interview_gateway.request_id"
OUTCOME = "interview_gateway.outcome"
"""Of asking a backend: an `api.telemetry.reasons.Outcome`."""
EVENT_KINDS = "interview_gateway.event_kinds"
SHARED_BY = "interview_gateway.commit.appends"
"""How many appends shared a commit."""

CLAIM = "claim"
APPEND = "append"
COMMIT = "commit"
