"""The moods in which a service gives no answer that can be read, whatever it is asked."""

from tests.fakes import Mood

NOT_JSON, OTHER_SHAPE = "Did not answer JSON", "Answered JSON of another shape"
BROKE_OFF = "Broke off its answer, or did not speak HTTP"
TOO_MUCH = "Answered more than 1 MiB"

LATE = (Mood.SLOW, Mood.HANG, Mood.HANG_ACCEPT, Mood.DRIP)

REASONS = {  # what a person is told
    Mood.RESET: "Connection lost",
    Mood.CLOSE: BROKE_OFF,
    Mood.SHORT_BODY: BROKE_OFF,
    Mood.ERROR_500: "HTTP 500",
    Mood.ERROR_429: "HTTP 429",
    Mood.REDIRECT: "Redirects elsewhere (HTTP 302)",
    Mood.HTML: NOT_JSON,
    Mood.TRUNCATED_JSON: NOT_JSON,
    Mood.DEEP_JSON: NOT_JSON,
    Mood.WRONG_ENCODING: NOT_JSON,
    Mood.LONE_SURROGATE: NOT_JSON,
    Mood.WRONG_SHAPE: OTHER_SHAPE,
    Mood.JSON_LIST: OTHER_SHAPE,
    Mood.JSON_NULL: OTHER_SHAPE,
    Mood.HUGE_BODY: TOO_MUCH,
    Mood.ENDLESS: TOO_MUCH,
    Mood.GZIP_BOMB: "Sent a compressed answer, which was not asked for",
}
