"""A simple model of what must hold, whatever clients post: for each interview the sessions
that were acknowledged, and how many events of each kind the log may hold of it.

It foretells no words of an interviewer. `observe` is told a request and the answer to it, and
fails where no interview as the model has it could have given that answer.
"""

import copy
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

import httpx
from pydantic import ValidationError

from statemachine.commands import OPENING_WORDS
from statemachine.errors import IllegalSession
from statemachine.interview import rebuild
from statemachine.session import DEFAULT_QUESTIONS, Session
from tests.reliability.inprocess import Request

Posted = dict[str, Any]

START = "/api/v1/interviews/start"
RESPOND = "/api/v1/interviews/respond"
SUMMARY = "/api/v1/interviews/summary"


def four_fields(session: Posted) -> Posted:
    """What a session says, without whose it is."""
    return {name: value for name, value in session.items() if name != "interviewId"}


def legal(session: Any) -> Posted | None:
    """The session with its defaults filled in; None where no interview could have come to it."""
    try:
        read = Session.model_validate(session)
        rebuild(read)
    except (ValidationError, IllegalSession):
        return None
    return read.model_dump(mode="json", by_alias=True, exclude_none=True)


def _is_readable(session: Posted) -> bool:
    try:
        Session.model_validate(session)
    except ValidationError:
        return False
    return True


@dataclass
class Kept:
    """An interview as the log must have it. `held` are the sessions that a client was given or
    could have had, oldest first; `handed_out` says which of them came with an event."""

    id: str
    held: list[Posted] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    handed_out: int = 0
    asked: Posted | None = None
    pending: str | None = None
    summed_up: bool = False
    adopted: bool = False
    on_hold: bool = False
    forgotten: bool = False

    @property
    def events(self) -> int:
        return self.kinds.total()

    @property
    def state(self) -> str:
        if self.forgotten:
            return "forgotten"
        if not self.held:
            return "started"
        return "complete" if self.held[-1]["isComplete"] else "questioning"

    @property
    def answers(self) -> int:
        given = len(self.held[-1]["messages"]) // 2 - 1 if self.held else 0
        return given + (self.pending is not None)

    def place_of(self, posted: Posted) -> int | None:
        """Which of the sessions held `posted` is."""
        words = four_fields(posted)
        return next((n for n, held in enumerate(self.held) if four_fields(held) == words), None)

    def answer_after(self, place: int) -> str | None:
        """What was answered to the session at `place`."""
        if place + 1 == len(self.held):
            return self.pending
        length = len(self.held[place]["messages"])
        answer: str = self.held[place + 1]["messages"][length]["content"]
        return answer

    def session_from(self, events: Sequence[str]) -> Posted | None:
        """The session that the client held after events of these `kinds`, the first ones."""
        given = sum(
            kind in ("question-asked", "interview-completed", "session-adopted") for kind in events
        )
        before = len(self.held) - self.handed_out
        return self.held[before + given - 1] if given else None


class Model:
    """All interviews, by their ids. `position_of` tells which interview the event at a position
    of the log is of. With `strict`, unknown sessions must be refused."""

    def __init__(self, position_of: Callable[[int], str], *, strict: bool) -> None:
        self.kept: dict[str, Kept] = {}
        self.strict = strict
        self._interview_at = position_of

    @property
    def events(self) -> int:
        """How many events the log must hold."""
        return sum(kept.events for kept in self.kept.values())

    def observe(self, request: Request, response: httpx.Response) -> None:
        """Take in that `request` got this answer, after all that was observed before."""
        match request.path:
            case "/api/v1/interviews/start":
                self._start(request.body, response)
            case "/api/v1/interviews/respond":
                self._respond(request.body["session"], request.body["message"], response)
            case "/api/v1/interviews/summary":
                self._sum_up(request.body["session"], response, at_once=False)
            case path:
                self._custody(request.method, path, response)

    def observe_race(self, sent: Sequence[tuple[Request, httpx.Response]]) -> None:
        """Take in answers to requests that were sent at once: there must be an order in which
        they could have come one after the other."""
        wrong: list[str] = []
        for order in permutations(sent):
            possible = copy.copy(self)
            possible.kept = copy.deepcopy(self.kept)
            try:
                for request, response in order:
                    if request.path == SUMMARY:
                        possible._sum_up(request.body["session"], response, at_once=True)
                    else:
                        possible.observe(request, response)
            except AssertionError as error:
                wrong.append(str(error))
            else:
                self.kept = possible.kept
                return
        raise AssertionError(f"no order explains the answers: {wrong}")

    def interrupt(self, id: str, answer: str) -> None:
        """Take in that a gateway died when it had taken `answer`, before the reply."""
        self._take(self.kept[id], answer)

    # Starting

    def begin(self, id: str, asked: Posted) -> Kept:
        """An interview that was begun and has no question yet."""
        kept = self.kept[id] = Kept(id, asked=asked, kinds=Counter(["interview-started"]))
        return kept

    def _start(self, asked: Posted, response: httpx.Response) -> None:
        id = asked.get("interviewId")
        kept = self.kept.get(id) if id else None
        if kept is not None and kept.forgotten:
            _expect(response, 410)
            return
        if kept is not None and not self._began_so(kept, asked):
            body = _expect(response, 409, "differs")
            self._check_log_session(kept, body)
            return
        session = _expect(response, 200)
        if kept is None:
            assert id in (None, session["interviewId"])
            assert session["interviewId"] not in self.kept, "an id was given twice"
            kept = self.begin(session["interviewId"], asked)
        if not kept.held:
            messages = session["messages"]
            assert [m["role"] for m in messages] == ["system", "user", "assistant"], session
            assert messages[1]["content"] == OPENING_WORDS
            assert session["config"]["role"] == asked["role"]
            assert session["config"]["totalQuestions"] == _total(asked)
            self.hand_out(kept, session)
        assert session == kept.held[0], "a start was posted again and gave another session"

    def _began_so(self, kept: Kept, asked: Posted) -> bool:
        return (
            not kept.adopted
            and kept.answers == 0
            and kept.asked is not None
            and (asked["role"], _total(asked)) == (kept.asked["role"], _total(kept.asked))
        )

    def _refuse(self, sent: Posted, response: httpx.Response) -> None:
        """A session that no interview could have come to. Whoever posts one of an interview that
        is forgotten is told that first, if the session can be read at all."""
        kept = self.kept.get(sent.get("interviewId", ""))
        _expect(response, 410 if kept and kept.forgotten and _is_readable(sent) else 422)

    # Answering

    def _respond(self, sent: Posted, answer: str, response: httpx.Response) -> None:
        posted = legal(sent)
        if posted is None:
            self._refuse(sent, response)
            return
        if "interviewId" not in posted:
            self._respond_by_words(posted, answer, response)
            return
        kept = self._known(posted, response, answer)
        if kept is None:
            return
        place = kept.place_of(posted)
        assert place is not None, "checked by _known"
        recorded = kept.answer_after(place)
        if recorded is None and posted["isComplete"]:
            body = _expect(response, 409, "current")
            assert body["type"] == "/problems/interview-complete"
            self._check_log_session(kept, body)
        elif recorded in (None, answer):
            self._move(kept, place, answer, _expect(response, 200))
        else:
            self._behind(kept, response)

    def _respond_by_words(self, posted: Posted, answer: str, response: httpx.Response) -> None:
        """A session without an id: somebody who stands there is moved on, or has given this
        answer, or else it is adopted. Only an interview that is complete is a conflict."""
        at = self._standing_at(posted)
        moved = {kept.id: place for kept, place in at if kept.answer_after(place) == answer}
        heads = {
            kept.id: place
            for kept, place in at
            if kept.answer_after(place) is None and place == len(kept.held) - 1
        }
        if posted["isComplete"]:
            if self.strict and not heads:
                _expect(response, 404)
            else:
                _expect(response, 409, "current" if heads else "unknown")
            return
        if not moved and not heads:
            self._adopt(posted, answer, response)
            return
        session = _expect(response, 200)
        id = session["interviewId"]
        assert id in moved or id in heads, f"{id} does not stand at the posted words"
        if id in moved and heads:
            assert self.kept[id].pending == answer, "one that is at its head is taken first"
        self._move(self.kept[id], moved.get(id, heads.get(id, -1)), answer, session)

    def _move(self, kept: Kept, place: int, answer: str, session: Posted) -> None:
        """`answer` to the session at `place` gave `session`: now, or long ago."""
        if place + 1 < len(kept.held):
            assert session == kept.held[place + 1], "a retry did not give the recorded reply"
            return
        if kept.pending is None:
            self._take(kept, answer)
        self.hand_out(kept, session)

    def _take(self, kept: Kept, answer: str) -> None:
        kept.pending = answer
        kept.kinds["answer-given"] += 1
        kept.summed_up = False

    def hand_out(self, kept: Kept, session: Posted) -> None:
        """The interviewer spoke: `session` is the next one."""
        assert session["interviewId"] == kept.id
        total = session["config"]["totalQuestions"]
        is_over = False
        if kept.held:
            before = kept.held[-1]
            said = [*before["messages"], {"role": "user", "content": kept.pending}]
            assert session["messages"][:-1] == said, "acknowledged words were changed"
            assert session["config"] == before["config"]
            asked = before["currentQuestion"]
            is_over = asked == total
            assert session["currentQuestion"] == (asked if is_over else asked + 1)
        assert session["messages"][-1]["role"] == "assistant"
        assert session["isComplete"] is is_over
        kept.held.append(session)
        kept.handed_out += 1
        kept.pending, kept.summed_up = None, False
        kept.kinds["interview-completed" if is_over else "question-asked"] += 1

    def _behind(self, kept: Kept, response: httpx.Response) -> None:
        body = _expect(response, 409, "behind")
        if kept.pending is not None:
            self.hand_out(kept, body["session"])  # the client goes on from a whole session
        self._check_log_session(kept, body)

    def _known(self, posted: Posted, response: httpx.Response, answer: str | None) -> Kept | None:
        """The interview that `posted` names and is a state of; None where the answer was
        another one for that reason, which is taken in."""
        kept = self.kept.get(posted["interviewId"])
        if kept is None:
            self._adopt(posted, answer, response)
        elif kept.forgotten:
            _expect(response, 410)
        elif kept.place_of(posted) is None:
            kept.kinds["session-refused"] += 1
            body = _expect(response, 409, "differs")
            self._check_log_session(kept, body)
        else:
            return kept
        return None

    def _adopt(self, posted: Posted, answer: str | None, response: httpx.Response) -> None:
        if self.strict:
            _expect(response, 404)
            return
        if answer is not None and posted["isComplete"]:
            _expect(response, 409, "unknown")
            return
        body = _expect(response, 200)
        id = self._interview_of(response) if answer is None else body["interviewId"]
        assert id not in self.kept, f"{id} took a session that it does not stand at"
        assert posted.get("interviewId") in (None, id)
        kept = self.kept[id] = Kept(id, adopted=True, handed_out=1)
        kept.kinds["session-adopted"] += 1
        kept.held = [session | {"interviewId": id} for session in _states_of(posted)]
        if answer is not None:
            self._take(kept, answer)
            self.hand_out(kept, body)

    def _standing_at(self, posted: Posted) -> list[tuple[Kept, int]]:
        """The interviews that the log knows by these words, and where they had them. One that
        was adopted is known by the session it began with, not by what was said before."""
        return [
            (kept, place)
            for kept in self.kept.values()
            if not kept.forgotten
            and (place := kept.place_of(posted)) is not None
            and place >= len(kept.held) - kept.handed_out
        ]

    # Summing up

    def _sum_up(self, sent: Posted, response: httpx.Response, *, at_once: bool) -> None:
        """`at_once`: an answer that comes while a summary is written belongs into it."""
        posted = legal(sent)
        if posted is None:
            self._refuse(sent, response)
            return
        kept: Kept | None
        if "interviewId" in posted:
            kept = self._known(posted, response, None)
            if kept is None:
                self._count_summary_of_adopted(posted, response)
                return
            place = kept.place_of(posted)
            assert place is not None, "checked by _known"
            may_be_behind = at_once and place + 2 == len(kept.held)
            if place + 1 < len(kept.held) and not (may_be_behind and response.is_success):
                self._behind(kept, response)
                return
        else:
            heads = [
                kept.id
                for kept, place in self._standing_at(posted)
                if (place + 1 == len(kept.held) and kept.pending is None)
                or (at_once and place + 2 == len(kept.held))
            ]
            id = self._interview_of(response) if response.is_success else None
            if id not in heads:
                assert not heads or at_once, "one that is at its head is summed up"
                self._adopt(posted, None, response)
                self._count_summary_of_adopted(posted, response)
                return
            assert id is not None
            kept = self.kept[id]
        self._count_summary(kept, response)

    def _count_summary_of_adopted(self, posted: Posted, response: httpx.Response) -> None:
        if response.is_success:
            self._count_summary(self.kept[self._interview_of(response)], response)

    def _count_summary(self, kept: Kept, response: httpx.Response) -> None:
        body = _expect(response, 200)
        assert self._interview_of(response) == kept.id
        if kept.pending is not None:
            self._speak_unheard(kept)
        answers = kept.answers
        assert (body["role"], body["responsesGiven"]) == (
            kept.held[-1]["config"]["role"],
            answers,
        )
        kept.kinds["summary-given"] += not kept.summed_up
        kept.summed_up = True

    def _speak_unheard(self, kept: Kept) -> None:
        """A reply that nobody was given yet: `unheard` fetches it from the log."""
        self.hand_out(kept, self.unheard(kept.id))

    unheard: Callable[[str], Posted]
    """The newest session of an interview, by the log."""

    # Custody

    def _custody(self, method: str, path: str, response: httpx.Response) -> None:
        id, _, action = path.removeprefix("/api/v1/interviews/").partition("/")
        kept = self.kept.get(id)
        if kept is None:
            _expect(response, 404)
        elif method == "DELETE":
            if kept.on_hold:
                _expect(response, 409)
                return
            # 202 where somebody who reads the file needs an older state of it.
            _expect(response, 202 if response.status_code == 202 else 200)
            kept.kinds["content-forgotten"] += not kept.forgotten
            kept.forgotten = True
        elif kept.forgotten:
            _expect(response, 410)
        else:
            is_hold = action == "hold"
            assert _expect(response, 200)["onHold"] is is_hold
            if kept.on_hold is not is_hold:
                kept.kinds["interview-held" if is_hold else "interview-released"] += 1
            kept.on_hold = is_hold

    def _check_log_session(self, kept: Kept, body: Posted) -> None:
        if kept.held:
            assert body["session"] == kept.held[-1], "a conflict without the log's own session"
        else:
            assert [m["role"] for m in body["session"]["messages"]] == ["system", "user"]

    def _interview_of(self, response: httpx.Response) -> str:
        position = response.headers["interview-event"].removeprefix("position=").partition(",")[0]
        return self._interview_at(int(position))


def _total(asked: Posted) -> int:
    total: int = asked.get("totalQuestions", DEFAULT_QUESTIONS)
    return total


def _states_of(session: Posted) -> list[Posted]:
    """The states that an interview was in up to `session`."""
    messages = session["messages"]
    first = next(n for n, message in enumerate(messages) if message["role"] == "assistant")
    earlier = [
        session
        | {
            "messages": messages[:length],
            "currentQuestion": (length - first + 1) // 2,
            "isComplete": False,
        }
        for length in range(first + 1, len(messages), 2)
    ]
    return [*earlier, session]


def _expect(response: httpx.Response, status: int, verdict: str | None = None) -> Posted:
    body: Posted = response.json()
    assert response.status_code == status, f"not {status}: {response.text}"
    assert body.get("verdict") == verdict or status < 300, f"not {verdict}: {response.text}"
    return body
