"""The moods a fake can be in: each is one way in which a real backend has failed or could.

A mood is a fault of one of four kinds, and each kind has its place: how a reply travels
(`delivery.py`), how it is streamed (`streams.py`), what it says (`words.py`), and how a session
continues (`granite.py`). A mood that has no meaning for a service or a path behaves as GOOD there.
"""

from enum import StrEnum, auto


class Mood(StrEnum):
    """How a fake behaves. The values (`good`, `hang_accept`, …) name them on the command line."""

    GOOD = auto()

    # Late or never.
    SLOW = auto()  # right, after `server.delay` seconds
    HANG = auto()  # reads the request, never answers
    HANG_ACCEPT = auto()  # reads nothing; for a path only, it is HANG: a path must be read
    DRIP = auto()  # right, one byte a second
    RESET = auto()  # RST in mid-body
    CLOSE = auto()  # closes without a byte

    # Answers that are refusals.
    ERROR_500 = auto()  # with a traceback and a path that must not reach a client
    ERROR_429 = auto()  # with Retry-After
    ERROR_503 = auto()  # the queue is full
    REDIRECT = auto()  # 302 to itself: a loop

    # Bodies that cannot be taken.
    HTML = auto()  # an error page under 200
    TRUNCATED_JSON = auto()  # honest Content-Length, half the JSON
    SHORT_BODY = auto()  # Content-Length larger than the body, then closed
    WRONG_SHAPE = auto()  # a JSON object of something else
    JSON_LIST = auto()
    JSON_NULL = auto()
    DEEP_JSON = auto()  # 100,000 nested lists
    WRONG_ENCODING = auto()  # Latin-1 bytes declared as UTF-8

    # Bodies that are right but for their size: only a limit on bytes notices.
    HUGE_BODY = auto()  # 100 MB of blanks before the right answer, Content-Length honest
    GZIP_BOMB = auto()  # the same, as about 100 kB of gzip
    ENDLESS = auto()  # blanks for ever, chunked

    # Streams, of NDJSON or server-sent events.
    STALLS = auto()  # nothing more after the first word, and no end
    STOPS = auto()  # ends in mid-reply, without saying that it is done
    HALF_UTF8 = auto()  # right, but a chunk ends within a character
    BAD_LINE = auto()  # line 40 is not JSON
    ERROR_MIDWAY = auto()  # an error object after half the words, under 200
    ENDLESS_LINE = auto()  # a megabyte without a line break after the first word
    DONE_TWICE = auto()  # right, and done twice
    AFTER_DONE = auto()  # right, and more words when it is done
    EMPTY_STREAM = auto()  # not a byte, under 200
    ONLY_THOUGHTS = auto()  # done when it has thought, without a word

    # Right shape, words that must not be passed on as they are.
    EMPTY_TEXT = auto()
    BLANK_TEXT = auto()  # whitespace and control characters only
    HUGE_TEXT = auto()  # one megabyte of words
    CONTROL_TEXT = auto()  # NUL, terminal escapes, bell, right-to-left override
    LONE_SURROGATE = auto()  # half of a surrogate pair, as a JSON escape

    # Right shape, sensible words, at the wrong time (THANKS: only seems so).
    SIXTH_QUESTION = auto()  # always asks "Question 6 of 5"
    CLOSES_EARLY = auto()  # always closes the interview
    THANKS = auto()  # thanks for the answer before each question, and closes nothing

    # granite's session does not continue the posted one.
    REWRITES_HISTORY = auto()  # alters an earlier message
    DROPS_HISTORY = auto()  # sends nothing but its own reply
    TWO_REPLIES = auto()  # two assistant messages at once
    LIES_COMPLETE = auto()  # isComplete, and question 99, beside an ordinary question
