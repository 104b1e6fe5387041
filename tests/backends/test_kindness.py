"""What is said after something heavy, after an offer to pause or end, and to who wants to stop."""

import pytest

from backends.errors import BackendError
from backends.templates import Templates
from backends.templates.words import languages, words_in
from backends.turn import End, Turn
from backends.turnreader import TurnReader
from statemachine.brief import Brief
from statemachine.events import (
    AnswerGiven,
    Event,
    Purpose,
    QuestionAsked,
    QuestionKept,
    SessionAdopted,
)
from statemachine.interview import replay
from statemachine.listening.deciding import Move
from statemachine.listening.kinds import Said
from statemachine.session import Config
from statemachine.wording import asks, closes, label_of, question_in
from tests.backends.interviews import INTERVIEW_ID

TEMPLATES = Templates()


def talk(*answers: str, total: int = 2, language: str = "en") -> tuple[str, Turn]:
    """The interviewer's last words to these answers, and the turn that they are said at."""
    brief = Brief(language=language)
    config = Config(role="Software Engineer", total_questions=total)
    events: list[Event] = [TEMPLATES.begin(config, brief)]
    for answer in (None, *answers):
        if answer is not None:
            events.append(AnswerGiven(content=answer))
        interview = replay(events, id=INTERVIEW_ID)
        turn = Turn.of(interview, interview.session)
        said = TEMPLATES.reply(turn)
        if turn.stays:
            events.append(QuestionKept(number=turn.number, content=said, purpose=turn.due.purpose))
        elif not turn.is_last:
            events.append(QuestionAsked(number=turn.number, content=said))
    return said, turn


LOSS = "My father died last week."


@pytest.mark.parametrize("choice", ["I'd rather go on", "yes", "ok", "I don't know", "go on"])
def test_who_goes_on_after_comfort_hears_the_question_again(choice: str) -> None:
    said, _ = talk(LOSS, choice)
    assert said == f"Of course. The question was: {question_in(talk()[0])}"


def test_who_was_away_is_welcomed_back() -> None:
    assert talk("One moment please", "ok")[0].startswith("Good to have you back.")


def test_the_german_weiter_goes_on_after_a_pause_and_to_the_next_question_else() -> None:
    _, after_pause = talk("Einen Moment bitte", "Weiter!", language="de")
    _, else_where = talk("Weiter!", language="de")
    assert after_pause.due.purpose is Purpose.RESUME
    assert (else_where.due.move, else_where.due.said) == (Move.ASK, Said.SKIP)


def test_an_answer_after_comfort_is_not_praised() -> None:
    said, _ = talk(LOSS, "I think that I can manage, since this matters to me.")
    assert said.startswith(words_in("en").acknowledgements[0])


def test_the_interviewer_does_not_say_that_it_goes_on_to_who_wants_to_stop() -> None:
    said, turn = talk(LOSS, "go on", "I want to stop")
    assert turn.due.move is Move.ASK
    assert said.startswith(words_in("en").acknowledge_wish_to_stop)


@pytest.mark.parametrize("again", ["yes", "stop", "I want to end it"])
def test_who_said_so_once_more_is_asked_whether_to_end(again: str) -> None:
    turn = talk(LOSS, "go on", "I want to stop", again)[1]
    assert turn.due.purpose is Purpose.ASK_STOP


@pytest.mark.parametrize("last", [LOSS, "I want to stop"])
def test_no_model_speaks_after_a_loss_or_a_wish_to_stop(last: str) -> None:
    for total in (1, 2):
        turn = talk(LOSS, "Sorry?", last, total=total)[1]
        assert turn.due.move in (Move.ASK, Move.CLOSE)
        assert turn.due.is_in_own_words


def test_a_closing_does_not_offer_to_pause() -> None:
    said, turn = talk(LOSS, "My mother died, too.", total=1)
    assert turn.is_last
    assert said.startswith(f"{words_in('en').closing_personal} Thank you")


@pytest.mark.parametrize("language", languages())
def test_these_words_neither_ask_nor_close(language: str) -> None:
    words = words_in(language)
    for said in (words.acknowledge_wish_to_stop, words.closing_personal):
        assert not asks(said)
        assert not closes(said)


@pytest.mark.parametrize("language", languages())
def test_a_label_is_known_behind_any_end_of_a_sentence(language: str) -> None:
    words = words_in(language)
    label = words.question_label.format(number=2)
    said = f"{words.acknowledgements[0]} {label}{words.follow_up.more[0]}"
    assert label_of(said) == 2
    assert question_in(said) == words.follow_up.more[0]


def test_no_model_speaks_to_who_has_just_been_comforted() -> None:
    turn = talk("Sorry?", LOSS, "Thank you, I would like to tell you about my work with Go now.")[1]
    assert turn.due.move is Move.ASK
    assert turn.due.is_in_own_words


@pytest.mark.parametrize(
    "words",
    [
        "I'd like to turn to another topic. How do you handle code reviews?",
        "Let's move on. What is your favourite database?",
        "Would you like to end the interview here?",
    ],
)
def test_a_model_that_changes_the_subject_explains_nothing(words: str) -> None:
    reader = TurnReader(talk("What do you mean?")[1])
    reader.feed(words)
    with pytest.raises(BackendError, match="was to stay"):
        reader.finish(End())


def test_a_model_may_explain() -> None:
    reader = TurnReader(talk("What do you mean?")[1])
    reader.feed("In other words: what have you built, and who moved on to use it?")
    assert "built" in reader.finish(End()).text


@pytest.mark.parametrize("language", languages())
def test_an_interview_that_another_gateway_began_keeps_its_language(language: str) -> None:
    session = talk("asdf", language=language)[1].session
    adopted = replay([SessionAdopted(session=session)], id=INTERVIEW_ID)
    assert adopted.language == language
    assert adopted.session == session
