"""What answers were heard as, so that a prompt with all answers so far listens to none again."""

from statemachine.listening.kinds import Said
from statemachine.listening.reading import listen

MOST = 10_000
"""Answers that are remembered, in 1 MB. Then all are forgotten."""

_heard: dict[int, Said] = {}
# By hash, so that nobody's words stay in memory. Two answers have the same one once in 10^11 times
# that so many are remembered, and then a model is told of an earlier answer what another one was.


def heard_as(text: str, language: str, asked: str) -> Said:
    """What `listen` hears."""
    key = hash((text, language, asked))
    heard = _heard.get(key)
    if heard is None:
        if len(_heard) >= MOST:
            _heard.clear()
        heard = _heard[key] = listen(text, language, asked)
    return heard
