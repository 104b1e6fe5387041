"""The messages that a model is sent, such that each turn's begin with those of the turn before.

Model servers keep what they have evaluated of a prompt and go on at the first token that differs.
So a turn costs only what it adds. Hence what is due ("ask question 3 of 5") stands at the end of
the candidate's message, in brackets, and is sent again in its place in later turns. It is no system
message of its own: templates of models collect those at the top, or refuse them between turns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from backends.errors import BackendError
from backends.turn import Turn
from statemachine.session import Message, Session, Speaker

CONTEXT_TOKENS = 4096
"""As long as Ollama's context is on small machines; what does not fit there is dropped silently."""
TURN_TOKENS = 400
SUMMARY_TOKENS = 300
"""How long a reply may get. A turn of 120 words takes about 200."""

BYTES_PER_TOKEN = 3
"""An upper bound of tokens: English has 4 to 5 bytes each, source code 3, Cyrillic 4, Chinese 3 to
6. A token too many costs an early cut, a token too few the prompt itself."""
TOKENS_PER_MESSAGE = 8
"""For the marks that a model's template puts around each."""

KEPT_SHARE = 0.75
"""Of the context, when older answers are left out: so much at once that what is sent then keeps its
beginning for some turns."""

CUT = " […] "
LEAST_BYTES = 600
"""Of an answer that is cut: enough for the direction behind it and some sentences."""
_PROMPT_BUDGET = CONTEXT_TOKENS - TURN_TOKENS

_SUMMARY_WISH = (
    "Sum up this interview for the hiring team in at most 120 words: what was covered, what "
    "the candidate's answers showed, what stayed open. Plain text, no heading."
)


@dataclass(frozen=True)
class Prompt:
    """What is sent; `trimmed` of the candidate's answers were left out because they do not fit."""

    messages: tuple[Message, ...]
    trimmed: int = 0

    def to_json(self) -> list[dict[str, str]]:
        """The messages as every chat interface takes them."""
        return [{"role": str(m.role), "content": m.content} for m in self.messages]


@cache
def directions() -> tuple[str, ...]:
    """All that a model is told besides the interview's own prompt, with some numbers in it."""
    return _direction(1, 5), _direction(2, 5), _direction(6, 5), _SUMMARY_WISH


def turn_prompt(turn: Turn, budget: int = _PROMPT_BUDGET) -> Prompt:
    """What the interviewer's turn is asked for with, in at most `budget` tokens. Raises
    BackendError where the interview's prompt alone does not fit."""
    said = list(turn.session.messages)
    if turn.answer is not None:
        said.append(Message(role=Speaker.USER, content=turn.answer))
    return _fitted(_directed(said, turn.total, is_due=True), budget)


def summary_prompt(session: Session, budget: int = _PROMPT_BUDGET) -> Prompt:
    """What a summary is asked for with: the turns as they were sent, and the wish. It needs no
    room of its own, since a summary is that much shorter than a turn. Raises BackendError."""
    directed = _directed(session.messages, session.config.total_questions, is_due=False)
    prompt = _fitted(directed, budget)
    *before, last = prompt.messages
    if last.role is Speaker.USER:
        messages = (*before, _user(f"{last.content}\n\n{_SUMMARY_WISH}"))
    else:
        messages = (*prompt.messages, _user(_SUMMARY_WISH))
    return Prompt(messages, prompt.trimmed)


def _direction(number: int, total: int) -> str:
    if number == 1:
        return f"Greet the candidate in one sentence, then ask question 1 of {total}."
    if number > total:
        return (
            "The last answer is in. Ask nothing more: thank the candidate for taking part and "
            "say that this concludes the interview."
        )
    return (
        "Acknowledge the answer in one short sentence, then ask question "
        f"{number} of {total}. Ask only that one question."
    )


def _directed(said: Sequence[Message], total: int, *, is_due: bool) -> list[Message]:
    """One system message, if there is any, then the candidate and the interviewer in turns: each
    message of the candidate's with the direction that belongs to it. `is_due`: the interviewer's
    turn follows."""
    prompt = [m.content for m in said if m.role is Speaker.SYSTEM]
    messages = [Message(role=Speaker.SYSTEM, content="\n\n".join(prompt))] if prompt else []
    number, words = 1, ""
    for message in said:
        if message.role is Speaker.USER:
            words = f"{message.content}\n\n"
        elif message.role is Speaker.ASSISTANT:
            messages += [_user(f"{words}[{_direction(number, total)}]"), message]
            number, words = number + 1, ""
    if is_due:
        messages.append(_user(f"{words}[{_direction(number, total)}]"))
    elif words:
        messages.append(_user(words.strip()))
    return messages


def _fitted(messages: list[Message], budget: int) -> Prompt:
    """As much as fits: the prompt, the opening, and the newest exchanges.

    Every turn so far is gone through as it was sent, so that what this one leaves out is what the
    last one left out, and perhaps some more.
    """
    first = next((i for i, m in enumerate(messages) if m.role is Speaker.ASSISTANT), len(messages))
    opening, rest = messages[:first], messages[first:]
    exchanges = [rest[i : i + 2] for i in range(0, len(rest), 2)]
    always, sizes = _size(opening), [_size(exchange) for exchange in exchanges]
    left_out = 0
    for last in range(len(exchanges)):
        if always + sum(sizes[left_out : last + 1]) > budget:
            while left_out < last and (
                always + sum(sizes[left_out : last + 1]) > budget * KEPT_SHARE
            ):
                left_out += 1
    kept = [message for exchange in exchanges[left_out:] for message in exchange]
    return Prompt((*opening, *_cut(kept, budget - always)), trimmed=left_out)


def _cut(messages: list[Message], budget: int) -> list[Message]:
    """The messages, the last one cut in its middle if they do not fit. Raises BackendError where
    not even that helps."""
    over = _size(messages) - budget
    if over <= 0:
        return messages
    if not messages:
        raise BackendError("The interview's prompt does not fit into its context")
    *before, last = messages
    text = last.content.encode()
    # A few more bytes, for the mark of the cut and for characters that are cut through.
    kept = len(text) - over * BYTES_PER_TOKEN - 2 * len(CUT.encode()) - BYTES_PER_TOKEN
    if kept < LEAST_BYTES:
        raise BackendError("The interview's prompt does not fit into its context")
    # The end holds the direction.
    beginning, end = text[: kept // 2], text[len(text) - (kept - kept // 2) :]
    shortened = beginning.decode(errors="ignore") + CUT + end.decode(errors="ignore")
    return [*before, last.model_copy(update={"content": shortened})]


def _size(messages: Sequence[Message]) -> int:
    """At most so many tokens."""
    return sum(
        TOKENS_PER_MESSAGE + -(-len(m.content.encode()) // BYTES_PER_TOKEN) for m in messages
    )


def _user(content: str) -> Message:
    return Message(role=Speaker.USER, content=content)
