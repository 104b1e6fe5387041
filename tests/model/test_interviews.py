"""Whole interviews on a real small model: what it says is anything but what it was asked for, and
what comes out is an interview all the same."""

import re
from itertools import product
from pathlib import Path

import pytest

from eventlog.open import stored_log
from eventlog.verification.verify import verify
from statemachine.roles import DATA_ANALYST, FIELD_ROLES, Role
from statemachine.session import MAX_MESSAGE_CHARS, Session, Speaker
from tests.depth import DEEP
from tests.model.adapter import OllamaAdapter
from tests.model.candidate import Candidate, Interview
from tests.model.gateway import gateway_with_model
from tests.model.server import MODEL

QUESTIONS = 2
PLAIN_SECONDS = 5.0
"""Within which a plain reply is promised."""

FOREIGN = re.compile(
    r"<\|.*?\|>|</?s>|\[/?INST\]|</?think(?:ing)?>|<(?:start|end)_of_turn>"
    r"|^\W*(?:candidate|user|human|applicant|assistant|interviewer|system)\W*:"
    r"|\[\s*(?:greet|acknowledge|the last answer is in)\b",
    re.IGNORECASE | re.MULTILINE,
)
"""Template tokens, thoughts, labels of speakers, directions: what no candidate may see."""


def check(interview: Interview, folder: Path) -> None:
    """The interview is a valid one, fit to be read, and its log holds."""
    session = Session.model_validate(interview.session)
    speakers = [message.role for message in session.messages]
    turn = [Speaker.USER, Speaker.ASSISTANT]
    assert speakers == [Speaker.SYSTEM, *turn * (QUESTIONS + 1)]
    assert session.is_complete
    assert session.current_question == QUESTIONS
    for reply in [*interview.replies, interview.summary]:
        assert reply.text.strip()
        assert len(reply.text) <= MAX_MESSAGE_CHARS
        assert not FOREIGN.search(reply.text), reply.text
    for asked in interview.replies[:-1]:
        assert len(re.findall(r"\bquestion \d+:", asked.text, re.IGNORECASE)) <= 1, asked.text
    assert len({asked.text for asked in interview.replies}) == QUESTIONS + 1
    report = verify(stored_log(f"sqlite:///{folder}/interviews.db"))
    assert report.holds, report


def check_passed_over(interview: Interview, backend: str) -> None:
    """Where the built-in words stand in for the model, the log says why."""
    for origin in interview.origins:
        attempts = {attempt["backend"]: attempt["reason"] for attempt in origin["attempts"]}
        assert origin["backend"] == backend or attempts[backend], origin


def by_model(interview: Interview, backend: str) -> int:
    return sum(origin["backend"] == backend for origin in interview.origins)


CASES = [
    pytest.param(
        role,
        cold,
        streamed,
        id=f"{role}-{'cold' if cold else 'warm'}-{'streamed' if streamed else 'plain'}",
    )
    for number, role in enumerate(FIELD_ROLES)
    for cold, streamed in product((False, True), repeat=2)
    if DEEP or (number + cold + streamed) % 2 == 0
]
"""Half of the combinations, unless we look deep: any two of role, load and stream meet in one. The
model takes up to ten seconds of a core for each."""


@pytest.mark.parametrize(("role", "cold", "streamed"), CASES)
def test_every_role_gets_a_whole_interview_from_ollama(
    real_ollama: OllamaAdapter, tmp_path: Path, role: Role, cold: bool, streamed: bool
) -> None:
    if cold:
        real_ollama.load_seconds = 2
    else:
        real_ollama.load()
    with gateway_with_model(tmp_path, OLLAMA_URL=real_ollama.url) as client:
        candidate = Candidate(client, streamed=streamed)
        interview = candidate.interview(role, QUESTIONS, model=MODEL)
        check(interview, tmp_path)
    check_passed_over(interview, "ollama")
    if streamed:
        assert by_model(interview, "ollama"), "a listener waits for the model"
    else:
        longest = max(reply.whole for reply in [*interview.replies, interview.summary])
        assert longest < PLAIN_SECONDS


@pytest.mark.parametrize(
    ("role", "streamed"), [*((role, True) for role in FIELD_ROLES), (DATA_ANALYST, False)]
)
def test_every_role_gets_a_whole_interview_from_an_openai_server(
    llama_url: str, tmp_path: Path, role: Role, streamed: bool
) -> None:
    with gateway_with_model(tmp_path, OPENAI_BASE_URL=llama_url) as client:
        candidate = Candidate(client, streamed=streamed)
        interview = candidate.interview(role, QUESTIONS, model=MODEL)
        check(interview, tmp_path)
    check_passed_over(interview, "openai")
    if streamed:
        assert by_model(interview, "openai"), "a listener waits for the model"
