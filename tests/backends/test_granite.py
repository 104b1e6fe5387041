"""granite-interview-service: whole sessions there and back, of which the last words are used."""

import pytest

from backends.errors import BackendError
from backends.granite import GraniteBackend
from backends.turn import End, Phase, Piece, Status, Turn, Words
from tests.backends.interviews import PROMPT, turn
from tests.backends.pieces import Said, said_through
from tests.fakes import CLOSING, GraniteServer, Mood
from tests.fakes.server import Routes
from tests.fakes.wire import json_reply

MODEL = "vetta-granite-2b-gguf-v4"
NOT_AT_FIRST_QUESTION = "Answered a session that does not stand at its first question"


class OpeningServer(GraniteServer):
    """Starts every interview with messages of these speakers."""

    def __init__(self, speakers: list[str]) -> None:
        super().__init__()
        messages = [{"role": speaker, "content": "Hello."} for speaker in speakers]
        self.opening = json_reply({"messages": messages})

    def routes(self) -> Routes:
        start = ("POST", "/api/v1/interviews/start")
        return {**super().routes(), start: lambda _body, _mood: self.opening}


def whole(words: str, model: str | None = None) -> tuple[Piece, ...]:
    """What it gives when it has been waited for."""
    return (Status(Phase.READING, model), Words(words), End())


def spoken(granite: GraniteServer, due: Turn) -> Said:
    return said_through(granite, lambda service: GraniteBackend(service).speak(due))


def refusal(granite: GraniteServer, due: Turn) -> str:
    with pytest.raises(BackendError) as caught:
        spoken(granite, due)
    return str(caught.value)


def test_an_opening_is_asked_for_with_the_start_request(granite: GraniteServer) -> None:
    words = spoken(granite, turn(1, total=3, model=MODEL))
    assert words.pieces == whole("Granite question 1 about Data Analyst?", MODEL)
    start = granite.requests[-1]
    assert (start.method, start.path) == ("POST", "/api/v1/interviews/start")
    assert start.body == {"role": "Data Analyst", "model": MODEL, "totalQuestions": 3}


def test_a_question_is_asked_for_with_the_session_and_the_answer(granite: GraniteServer) -> None:
    words = spoken(granite, turn(2, total=3, model=MODEL))
    assert words.pieces == whole("Granite question 2 about Data Analyst?", MODEL)
    respond = granite.requests[-1]
    assert (respond.method, respond.path) == ("POST", "/api/v1/interviews/respond")
    assert respond.body == {
        "session": {
            "config": {"role": "Data Analyst", "model": MODEL, "totalQuestions": 3},
            "messages": [
                {"role": "system", "content": PROMPT},
                {"role": "user", "content": "Please start the interview."},
                {"role": "assistant", "content": "Topic 1?"},
            ],
            "currentQuestion": 1,
            "isComplete": False,
        },
        "message": "Answer 1.",
    }


def test_a_closing_is_given_word_for_word(granite: GraniteServer) -> None:
    assert spoken(granite, turn(4, total=3)).text == CLOSING


def test_a_summary_is_asked_for_with_the_session(granite: GraniteServer) -> None:
    session = turn(3, model=MODEL).session
    words = said_through(granite, lambda service: GraniteBackend(service).sum_up(Turn(session)))
    assert words.pieces == whole("Granite summary of the Data Analyst interview.", MODEL)
    summary = granite.requests[-1]
    assert (summary.method, summary.path) == ("POST", "/api/v1/interviews/summary")
    four_fields = session.model_dump(mode="json", by_alias=True, exclude={"interview_id"})
    assert summary.body == {"session": four_fields}


def test_a_model_that_was_left_out_stays_out(granite: GraniteServer) -> None:
    four_fields = {"role": "Data Analyst", "totalQuestions": 5}
    spoken(granite, turn(1))
    assert granite.requests[-1].body == four_fields
    spoken(granite, turn(2))
    assert granite.requests[-1].body["session"]["config"] == four_fields


@pytest.mark.parametrize("mood", [Mood.REWRITES_HISTORY, Mood.DROPS_HISTORY, Mood.TWO_REPLIES])
def test_a_session_that_does_not_continue_the_posted_one_is_refused(
    granite: GraniteServer, mood: Mood
) -> None:
    granite.mood = mood
    assert refusal(granite, turn(3)) == "Answered a session that does not continue this one"


def test_an_opening_of_two_questions_is_refused(granite: GraniteServer) -> None:
    granite.mood = Mood.TWO_REPLIES
    assert refusal(granite, turn(1)) == NOT_AT_FIRST_QUESTION


@pytest.mark.parametrize("speakers", [["user"], ["assistant", "user"]])
def test_an_opening_that_does_not_end_with_its_question_is_refused(speakers: list[str]) -> None:
    with OpeningServer(speakers) as server:
        assert refusal(server, turn(1)) == NOT_AT_FIRST_QUESTION


def test_an_opening_without_words_is_refused() -> None:
    with OpeningServer([]) as server:
        assert refusal(server, turn(1)) == "Answered JSON of another shape"


@pytest.mark.parametrize("mood", [Mood.REWRITES_HISTORY, Mood.DROPS_HISTORY])
def test_what_stands_before_the_first_question_does_not_matter(
    granite: GraniteServer, mood: Mood
) -> None:
    granite.mood = mood
    assert spoken(granite, turn(1)).text == "Granite question 1 about Data Analyst?"


def test_what_the_session_says_of_its_state_does_not_matter(granite: GraniteServer) -> None:
    granite.mood = Mood.LIES_COMPLETE
    assert spoken(granite, turn(2)).pieces == whole("Granite question 2 about Data Analyst?")
