"""The chain: backends in order, within one deadline, and always words that can be used."""

import asyncio
import re
from collections.abc import Awaitable, Iterator
from dataclasses import replace
from math import inf
from typing import Any

import pytest

from backends.chain import MAX_WAITING, Chain, Reply
from backends.circuit import FAILURES
from backends.deadline import Deadline
from backends.kits.library import Kits
from backends.patience import Patience
from backends.services import CONVERSATION, GRANITE, OLLAMA, TEMPLATES
from backends.turn import Turn
from statemachine.session import MAX_MESSAGE_CHARS
from statemachine.wording import asks
from tests.backends.interviews import turn
from tests.backends.stage import staged
from tests.backends.surroundings import PATIENCE, eventually
from tests.backends.typed import TypedServer
from tests.fakes import (
    CLOSING,
    ConversationServer,
    FakeServer,
    GraniteServer,
    HealthOnlyServer,
    Mood,
    OllamaServer,
)
from tests.fakes.server import Routes
from tests.fakes.streams import Piece, StreamReply
from tests.fakes.wire import Reply as WireReply
from tests.fakes.wire import json_reply
from tests.stopwatch import Stopwatch

SHORT = 0.6  # seconds: a budget for what hangs
SLACK_MS = 2000  # for a machine that has other things to do
BROKE_OFF = "Broke off: it reported an error"
SPEAKS_AT = {GRANITE: "/api/v1/interviews", CONVERSATION: "/conversation", OLLAMA: "/api/chat"}

GRANITES_MODEL, OLLAMAS_MODEL = "vetta-granite-2b-gguf-v4", "llama3.2:1b"

KIT = Kits().get("data-analyst").kit
CLOSING_TEMPLATE = KIT.closing

Servers = tuple[GraniteServer, ConversationServer, OllamaServer]


@pytest.fixture
def servers(
    granite: GraniteServer, conversation: ConversationServer, ollama: OllamaServer
) -> Servers:
    return granite, conversation, ollama


def speaking_in(mood: Mood, *servers: FakeServer) -> None:
    """From now on they speak in this mood, while health and models stay good."""
    for server in servers:
        server.moods[SPEAKS_AT[server.name]] = mood


def offline(*servers: FakeServer) -> None:
    """From now on their probes fail, while all else stays good."""
    for server in servers:
        server.moods["/api/tags" if server.name == OLLAMA else "/health"] = Mood.ERROR_500


def plain(seconds: float) -> Patience:
    """Of a caller who gets one answer."""
    return Patience.plain(Deadline.after(seconds))


def replied(servers: tuple[FakeServer, ...], due: Turn, within: float = PATIENCE) -> Reply:
    return staged(servers, lambda chain: chain.speak(due, plain(within)))


def summed_up(servers: tuple[FakeServer, ...], within: float = PATIENCE) -> Reply:
    session = turn(3).session
    return staged(servers, lambda chain: chain.sum_up(Turn(session), plain(within)))


def reasons(reply: Reply) -> list[tuple[str, str]]:
    """Who was tried before, in order, and why each was passed over."""
    return [(attempt.backend, attempt.reason) for attempt in reply.origin.attempts]


# Who is asked


@pytest.mark.parametrize(
    ("model", "order"),
    [
        (None, [GRANITE, CONVERSATION, OLLAMA, TEMPLATES]),
        ("a-model-nobody-has", [GRANITE, CONVERSATION, OLLAMA, TEMPLATES]),
        (GRANITES_MODEL, [GRANITE, CONVERSATION, OLLAMA, TEMPLATES]),
        (OLLAMAS_MODEL, [OLLAMA, GRANITE, CONVERSATION, TEMPLATES]),
    ],
)
def test_the_source_of_the_model_is_asked_first_and_the_templates_last(
    servers: Servers, model: str | None, order: list[str]
) -> None:
    speaking_in(Mood.ERROR_500, *servers)
    reply = replied(servers, turn(2, model=model))
    assert [*(name for name, _ in reasons(reply)), reply.origin.backend] == order


def test_nobody_is_asked_once_there_are_words(servers: Servers) -> None:
    reply = replied(servers, turn(2, model=GRANITES_MODEL))
    assert (reply.text, reply.closes) == ("Granite question 2 about Data Analyst?", False)
    assert (reply.origin.backend, reply.origin.model) == (GRANITE, GRANITES_MODEL)
    assert reply.origin.attempts == ()
    _, conversation, ollama = servers
    assert conversation.count("/conversation") == ollama.count("/api/chat") == 0


def test_a_backend_known_to_be_offline_is_not_asked_and_that_is_noted(servers: Servers) -> None:
    granite, conversation, ollama = servers
    offline(granite, conversation)
    speaking_in(Mood.ERROR_500, ollama)
    reply = replied(servers, turn(2, model=GRANITES_MODEL))
    assert reasons(reply) == [
        (OLLAMA, "HTTP 500"),
        (GRANITE, "Offline: HTTP 500"),
        (CONVERSATION, "Offline: HTTP 500"),
    ]
    assert granite.count("/api/v1/interviews") == conversation.count("/conversation") == 0


def test_every_failed_attempt_is_kept_with_its_reason_and_time(servers: Servers) -> None:
    granite, conversation, _ = servers
    speaking_in(Mood.HANG, granite)
    speaking_in(Mood.ERROR_500, conversation)
    reply = replied(servers, turn(2), within=SHORT)
    refusal, (hanging, slow), *_ = reasons(reply)
    assert (refusal, hanging) == ((CONVERSATION, "HTTP 500"), GRANITE)
    assert re.fullmatch(r"No answer within [45]\d\d ms; ollama gave one", slow)
    assert (reply.origin.backend, reply.origin.model) == (OLLAMA, OLLAMAS_MODEL)
    refused, hung = reply.origin.attempts
    assert 150 <= hung.elapsed_ms <= reply.origin.elapsed_ms
    assert refused.elapsed_ms < hung.elapsed_ms


# Time


def test_the_deadline_holds_when_every_backend_hangs(servers: Servers) -> None:
    speaking_in(Mood.HANG, *servers)
    for reply in (replied(servers, turn(2), SHORT), summed_up(servers, SHORT)):
        assert reply.origin.backend == TEMPLATES
        assert reply.origin.elapsed_ms <= SHORT * 1000 + SLACK_MS


def test_the_next_ones_get_their_chance_when_the_first_hangs(servers: Servers) -> None:
    granite, conversation, _ = servers
    speaking_in(Mood.HANG, granite)
    speaking_in(Mood.SLOW, conversation)
    conversation.delay = SHORT / 10
    reply = replied(servers, turn(1), within=SHORT)
    assert reply.text == "Conversation question 1?"


def test_a_backend_with_nobody_up_behind_it_gets_all_the_time(servers: Servers) -> None:
    granite, *others = servers
    offline(*others)
    speaking_in(Mood.SLOW, granite)
    granite.delay = 0.75
    assert replied(servers, turn(2), within=1.0).origin.backend == GRANITE


def test_a_deadline_that_has_passed_still_gets_an_answer(servers: Servers) -> None:
    assert replied(servers, turn(2), within=0.0).origin.backend == TEMPLATES


# Models that are loaded, or slow


def plainly(chain: Chain, number: int, seconds: float) -> Awaitable[Reply]:
    return chain.speak(turn(number), plain(seconds))


def test_nobody_waits_for_a_model_that_is_loaded_and_then_it_speaks(ollama: OllamaServer) -> None:
    ollama.load_seconds = 1.0

    async def conduct(chain: Chain) -> list[Reply]:
        replies = [await plainly(chain, number, 4.0) for number in (1, 2)]
        await asyncio.sleep(1.5)
        return [*replies, await plainly(chain, 3, 4.0)]

    first, second, third = staged([ollama], conduct)
    assert [first.origin.backend, second.origin.backend] == [TEMPLATES, TEMPLATES]
    assert first.origin.elapsed_ms < 600
    assert second.origin.elapsed_ms < 100
    assert reasons(second)[0] == (OLLAMA, "Its model is being loaded")
    assert third.origin.backend == OLLAMA
    assert ollama.loads == [OLLAMAS_MODEL]


def test_who_was_too_late_is_heard_out_and_not_waited_for_meanwhile(ollama: OllamaServer) -> None:
    ollama.loaded = {OLLAMAS_MODEL: 4096}
    ollama.prompt_seconds = 1.0

    async def conduct(chain: Chain) -> list[Reply]:
        late = await plainly(chain, 2, 0.5)
        at_once = await plainly(chain, 3, 0.5)
        circuit = chain.circuits[OLLAMA]
        await eventually(lambda: str(circuit.detail(0.5)).startswith("It needs more than 1"))
        return [late, at_once, await plainly(chain, 4, 4.0)]

    late, at_once, heard = staged([ollama], conduct)
    assert re.match(r"No answer within [45]\d\d ms", reasons(late)[0][1])
    assert re.match(r"Not asked: it needs more than [45]\d\d ms", dict(reasons(at_once))[OLLAMA])
    assert at_once.origin.elapsed_ms < 100
    assert heard.origin.backend == OLLAMA


def test_a_sentence_is_heard_also_where_the_time_for_the_question_is_over(
    ollama: OllamaServer,
) -> None:
    ollama.loaded = {OLLAMAS_MODEL: 4096}
    ollama.tokens_per_second = 10.0
    words = "You describe it well."
    ollama.script = [f"{words} Question 2: {' and '.join(map(str, range(40)))}?"]
    reply = staged([ollama], lambda chain: plainly(chain, 2, 1.5))
    assert reply.text == f"{words}\n\nQuestion 2: {KIT.questions[4].text}"
    origin = reply.origin
    assert (origin.backend, origin.completed_by) == (OLLAMA, TEMPLATES)
    assert origin.elapsed_ms < 2000


def test_a_question_that_is_whole_is_not_waited_beyond(ollama: OllamaServer) -> None:
    ollama.loaded = {OLLAMAS_MODEL: 4096}
    ollama.tokens_per_second = 20.0
    ollama.script = [f"I see. Question 2: Why? {'Rambling. ' * 200}"]
    reply = staged([ollama], lambda chain: plainly(chain, 2, 4.0))
    assert reply.text == "I see. Question 2: Why?"
    assert reply.origin.elapsed_ms < 1500


class Unending(OllamaServer):
    """Says its words, and then `ending` in place of an end."""

    ending: tuple[Piece, ...] = ()

    def _chat(self, body: Any, mood: Mood) -> WireReply:
        reply = super()._chat(body, mood)
        assert isinstance(reply, StreamReply)
        return replace(reply, pieces=(*reply.pieces[:-1], *self.ending))


@pytest.fixture
def unending() -> Iterator[Unending]:
    with Unending() as server:
        server.loaded = {OLLAMAS_MODEL: 4096}
        yield server


def watched(server: Unending, number: int, words: str) -> Reply:
    """The reply for somebody who sees the words as they come."""
    server.script = [words]
    return staged([server], lambda chain: chain.speak(turn(number), Patience.streamed(60, 30)))


@pytest.mark.parametrize(
    ("ending", "why"),
    [((), "Broke off its answer"), ((Piece(b'{"error": "!"}\n'),), BROKE_OFF)],
    ids=["no end", "an error"],
)
@pytest.mark.parametrize(
    ("number", "words"), [(2, "Thanks. Question 2: How do you test?"), (6, CLOSING)]
)
def test_what_was_whole_stands_when_a_backend_breaks_off_after_it(
    unending: Unending, number: int, words: str, ending: tuple[Piece, ...], why: str
) -> None:
    unending.ending = ending
    reply = watched(unending, number, words)
    assert (reply.text, reply.origin.backend) == (words, OLLAMA)
    assert reasons(reply) == [(OLLAMA, why)]


def test_a_question_that_is_whole_is_used_when_nothing_comes_after_it(unending: Unending) -> None:
    unending.ending = (Piece(pause=inf),)
    reply = watched(unending, 2, "Thanks. Question 2: How do you test?")
    assert reply.text == "Thanks. Question 2: How do you test?"
    assert reply.origin.backend == OLLAMA
    assert reply.origin.elapsed_ms < 10_000


# What is accepted as the interviewer's turn


def test_the_opening_may_not_close(servers: Servers) -> None:
    speaking_in(Mood.CLOSES_EARLY, *servers)
    reply = replied(servers, turn(1))
    assert {reason for _, reason in reasons(reply)} == {
        "Closed the interview before its first question"
    }
    assert reply.origin.backend == TEMPLATES
    assert not reply.closes


@pytest.mark.parametrize(
    "words",
    [
        "Question 6 of 5: and one more thing?",
        "That was very interesting.",
    ],
)
def test_the_last_turn_must_close_and_may_not_ask(granite: GraniteServer, words: str) -> None:
    granite.script = [words]
    reply = replied((granite,), turn(6))
    assert reasons(reply)[0] == (GRANITE, "Went on asking after the last answer")
    assert (reply.text, reply.closes) == (CLOSING_TEMPLATE, True)


def test_a_question_behind_the_closing_is_not_asked(granite: GraniteServer) -> None:
    granite.script = [f"{CLOSING} Have you any questions for us?"]
    reply = replied((granite,), turn(6))
    assert (reply.text, reply.closes, reply.origin.backend) == (CLOSING, True, GRANITE)


@pytest.mark.parametrize("number", [2, 5, 6])
def test_words_that_close_do_so_before_or_at_the_end(granite: GraniteServer, number: int) -> None:
    granite.script = [CLOSING]
    reply = replied((granite,), turn(number))
    assert (reply.text, reply.closes, reply.origin.backend) == (CLOSING, True, GRANITE)


@pytest.mark.parametrize("number", [1, 2, 5])
def test_thanks_before_a_question_close_nothing(servers: Servers, number: int) -> None:
    speaking_in(Mood.THANKS, *servers)
    reply = replied(servers, turn(number))
    assert reply.text == f"Thank you for your answer. Question {number}: Why?"
    assert not reply.closes


def test_a_session_that_says_it_is_complete_changes_nothing(granite: GraniteServer) -> None:
    speaking_in(Mood.LIES_COMPLETE, granite)
    reply = replied((granite,), turn(2))
    assert (reply.text, reply.closes) == ("Granite question 2 about Data Analyst?", False)


def typed(response_type: str, words: str, due: Turn) -> Reply:
    """The chain's reply when conversation-service replies so."""
    with TypedServer(response_type, words) as server:
        return replied((server,), due)


@pytest.mark.parametrize("number", [2, 6])
def test_a_conclusion_closes_whatever_its_words(number: int) -> None:
    reply = typed("conclusion", "You will hear from us.", turn(number))
    assert (reply.text, reply.closes) == ("You will hear from us.", True)


def test_a_conclusion_may_not_ask_after_the_last_answer() -> None:
    reply = typed("conclusion", "Anything else?", turn(6))
    assert reply.text == CLOSING_TEMPLATE


@pytest.mark.parametrize("response_type", ["feedback", "instruction"])
def test_a_remark_that_asks_nothing_gets_a_question_behind_it(response_type: str) -> None:
    reply = typed(response_type, "Well reasoned.", turn(2, total=15))
    assert reply.text == f"Well reasoned.\n\nQuestion 2: {KIT.questions[1].text}"
    assert (reply.closes, reply.origin.backend) == (False, CONVERSATION)


@pytest.mark.parametrize(("words", "closing"), [("Good. And then?", False), (CLOSING, True)])
def test_a_remark_that_asks_or_closes_stands_alone(words: str, closing: bool) -> None:
    reply = typed("feedback", words, turn(2))
    assert (reply.text, reply.closes) == (words, closing)


GREETING = (
    "Hello! Welcome to your technical interview. I'm here to learn about your background and "
    "experience."
)
GREETINGS = [
    GREETING,
    "Let me know when you are ready.",
    "Hello! Are you ready to begin?",
    "Hi there, how are you today? Shall we get started?",
    "Bonjour et bienvenue.",
]


class Greeting(HealthOnlyServer):
    """conversation-service that opens with `words`."""

    def __init__(self, words: str) -> None:
        super().__init__(CONVERSATION)
        self.words = words

    def routes(self) -> Routes:
        start = {"session_id": "s", "initial_message": self.words}
        return {
            **super().routes(),
            ("POST", "/conversation/start"): lambda _body, _mood: json_reply(start),
        }


def opened_by(name: str, words: str) -> Reply:
    """The chain's opening when the service of this name opens with `words`."""
    server: FakeServer
    if name == CONVERSATION:
        server = Greeting(words)
    else:
        server = GraniteServer() if name == GRANITE else OllamaServer()
        server.script = [words]
    with server:
        return replied((server,), turn(1, total=3))


@pytest.mark.parametrize("words", GREETINGS)
@pytest.mark.parametrize("name", [GRANITE, CONVERSATION, OLLAMA])
def test_an_opening_that_only_greets_gets_the_first_question_behind_it(
    name: str, words: str
) -> None:
    reply = opened_by(name, words)
    assert reply.text == f"{words}\n\nQuestion 1: {KIT.questions[0].text}"
    assert (reply.closes, reply.origin.backend, reply.origin.attempts) == (False, name, ())


@pytest.mark.parametrize(
    "words",
    [
        f"{GREETING} What did you build last?",
        "Hello! Are you ready to begin? Tell me about yourself.",
        "Shall we start with your last project?",
        "Welcome. Describe a data set you know well.",
        "您好。您如何测试代码？",
        "مرحبا. كيف تختبر الكود؟",
    ],
)
def test_an_opening_that_asks_stands_alone(words: str) -> None:
    assert opened_by(CONVERSATION, words).text == words


def test_labels_are_renumbered(granite: GraniteServer) -> None:
    speaking_in(Mood.SIXTH_QUESTION, granite)
    assert replied((granite,), turn(3)).text == "Question 3 of 5: and one more thing?"


@pytest.mark.parametrize(
    "words",
    [
        "[Greet the candidate in one sentence, then ask question 2 of 2.] Hello! Question 2: Why?",
        "Acknowledge the answer in one short sentence, then ask question 3 of 9. I see. Why Go?",
    ],
)
def test_a_direction_that_is_said_back_is_passed_over(ollama: OllamaServer, words: str) -> None:
    ollama.script = [words]
    reply = replied((ollama,), turn(2))
    assert (OLLAMA, "Said the prompt back") in reasons(reply)
    assert reply.origin.backend == TEMPLATES


def test_the_wish_for_a_summary_is_no_summary(ollama: OllamaServer) -> None:
    ollama.script = ["Sum up this interview for the hiring team in at most 120 words."]
    reply = summed_up((ollama,))
    assert (OLLAMA, "Said the prompt back") in reasons(reply)
    assert "ollama gave no summary that can be used." in reply.text


# What is accepted as text

LONGEST = f"{' '.join(map(str, range(2222)))}"[: MAX_MESSAGE_CHARS - 1] + "?"


def spoken_and_summed_up(granite: GraniteServer, words: str) -> list[Reply]:
    granite.script = [words, words]
    session = turn(3).session

    async def ask(chain: Chain) -> list[Reply]:
        return [
            await chain.speak(turn(2), plain(PATIENCE)),
            await chain.sum_up(Turn(session), plain(PATIENCE)),
        ]

    return staged([granite], ask)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("\x1b[2J\x1b]0;owned\x07Why\x00?", "[2J]0;ownedWhy?"),
        ("\x9bWhy\x7f?\x85", "Why?"),
        ("\n  First,\r\n\twhy?\r\n\n", "First,\n\twhy?"),
        ("Pourquoi, 为什么？", "Pourquoi, 为什么？"),
        (LONGEST, LONGEST),
    ],
)
def test_control_characters_and_outer_white_space_are_taken_off(
    granite: GraniteServer, words: str, text: str
) -> None:
    replies = spoken_and_summed_up(granite, words)
    assert [(reply.text, reply.origin.backend) for reply in replies] == [(text, GRANITE)] * 2


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("", "Said nothing"),
        (" \t\r\n\x00\x07\x1b\x7f\x85\xa0\u2028", "Said nothing"),
        ("?" * (MAX_MESSAGE_CHARS + 1), "Said more than 10,000 characters"),
    ],
)
def test_blank_and_huge_texts_are_passed_over(
    granite: GraniteServer, words: str, reason: str
) -> None:
    for reply in spoken_and_summed_up(granite, words):
        assert reasons(reply)[0] == (GRANITE, reason)
        assert reply.origin.backend == TEMPLATES


# Summaries


def test_a_summary_comes_from_the_first_that_gives_one(servers: Servers) -> None:
    assert summed_up(servers).text == "Granite summary of the Data Analyst interview."
    speaking_in(Mood.ERROR_500, servers[0])
    reply = summed_up(servers)
    assert reply.origin.backend == OLLAMA
    assert reasons(reply) == [(GRANITE, "HTTP 500"), (CONVERSATION, "Gives no summaries")]


@pytest.mark.parametrize(
    ("is_up", "why"),
    [
        (True, "No AI service was asked to weigh the answers: they failed or were too slow."),
        (False, "No AI service was available to weigh the answers."),
    ],
)
def test_a_built_in_summary_tells_services_that_failed_from_those_that_are_offline(
    granite: GraniteServer, is_up: bool, why: str
) -> None:
    async def sum_up_after_failures(chain: Chain) -> Reply:
        for _ in range(FAILURES):
            chain.circuits[GRANITE].failed("HTTP 500")
        return await chain.sum_up(turn(3), plain(PATIENCE))

    if not is_up:
        offline(granite)
    assert why[:-1] in staged([granite], sum_up_after_failures).text


def test_a_summary_falls_through_to_the_templates(servers: Servers) -> None:
    speaking_in(Mood.ERROR_500, *servers)
    reply = summed_up(servers)
    assert reply.origin.backend == TEMPLATES
    assert reply.text.startswith("Data Analyst interview: 2 of 5 questions asked")
    assert not reply.closes


# Every mood


@pytest.mark.parametrize("mood", Mood)
def test_in_every_mood_there_are_words_by_the_deadline(servers: Servers, mood: Mood) -> None:
    speaking_in(mood, *servers)
    for server in servers:
        server.delay = 60

    async def ask(chain: Chain) -> list[Reply]:
        deadline = plain(SHORT)
        return await asyncio.gather(
            *(chain.speak(turn(number), deadline) for number in (1, 3, 6)),
            chain.sum_up(turn(3), deadline),
        )

    opening, question, closing, summary = replies = staged(servers, ask)
    for reply in replies:
        assert reply.origin.elapsed_ms <= SHORT * 1000 + SLACK_MS
        assert re.fullmatch(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f]{1,10000}", reply.text)
        for attempt in reply.origin.attempts:
            assert re.fullmatch(r"[A-Z][\w ,;.()-]{5,80}", attempt.reason)
    assert not opening.closes
    assert question.closes == (mood is Mood.CLOSES_EARLY)
    assert closing.closes
    assert not asks(closing.text)
    assert not summary.closes


def test_who_comes_when_too_many_wait_is_not_kept_waiting(servers: Servers) -> None:
    speaking_in(Mood.HANG, *servers)

    async def crowded(chain: Chain) -> tuple[Reply, float, Reply]:
        due = [chain.speak(turn(2), plain(PATIENCE)) for _ in range(MAX_WAITING)]
        waiting = [asyncio.create_task(each) for each in due]
        await asyncio.sleep(0.01)  # each has begun to wait
        watch = Stopwatch()
        one_more = await chain.speak(turn(2), plain(2))
        took = watch.seconds()
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        speaking_in(Mood.GOOD, *servers)
        return one_more, took, await chain.speak(turn(2), plain(PATIENCE))

    one_more, took, later = staged(servers, crowded)
    assert one_more.origin.backend == TEMPLATES
    assert {reason for _, reason in reasons(one_more)} == {"Not asked: 100 others wait for a reply"}
    assert took < 1
    assert later.origin.backend != TEMPLATES
