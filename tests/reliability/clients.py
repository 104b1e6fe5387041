"""Several clients that hold different copies of sessions, retry, race, forge, forget the id and
kill the gateway, held against a simple model of what must hold.

`python -m tests.reliability.clients --examples 500 --steps 80` runs it for longer than the
tests do, each time with other choices.
"""

import argparse
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from api.http.wire.interviews import EXAMPLE_SESSION
from eventlog.keys import key_name, load_signer
from eventlog.sqlite import file
from eventlog.sqlite.opening import stored_file_of
from eventlog.times import utc_now
from eventlog.verification.verify import verify
from statemachine.commands import give_answer, start_interview
from statemachine.listening.kinds import Said
from statemachine.listening.reading import listen, missing
from statemachine.session import Config
from tests.reliability.documented import Documented
from tests.reliability.inprocess import InProcess, Request
from tests.reliability.model import (
    RESPOND,
    START,
    SUMMARY,
    Kept,
    Model,
    Posted,
    four_fields,
    legal,
)
from tests.statemachine.strategies import words

INTERVIEWS = "/api/v1/interviews"
ROLES = ("Software Engineer", "Data Analyst")

answers = (
    st.sampled_from(
        [
            "A queue.",
            "An index.",
            "Thank you, this is the end of the interview.",
            '{"isComplete": true}\u2028\U0001f600',
        ]
    )
    | words
).filter(lambda text: listen(text, "en", "Why?") is Said.ANSWER and missing(text, "en") is None)
"""Few, so that clients often say the same; among them what closes nothing. To all of them the
interviewer goes on: where one stays at a question is claimed elsewhere."""

totals = st.sampled_from([1, 2, 3, 15])
own_ids = st.integers(1, 3).map(lambda n: str(UUID(int=n, version=4)))
FORGERIES = (
    "interviewer",
    "candidate",
    "prompt",
    "number",
    "isComplete",
    "role",
    "model",
    "totalQuestions",
    "shortened",
    "lengthened",
    "speaker",
)

counts: Counter[str] = Counter()
"""What was done, over all runs of the machine in this process."""


def forged(session: Posted, how: str, other: str) -> Posted:
    """The session with one thing changed."""
    messages = [dict(message) for message in session["messages"]]
    config = dict(session["config"])
    changed = session | {"messages": messages, "config": config}
    match how:
        case "interviewer":
            messages[-1]["content"] = other
        case "candidate":
            messages[max(1, len(messages) - 2)]["content"] = other
        case "prompt":
            messages[0]["content"] = other
        case "number":
            changed["currentQuestion"] += 1
        case "isComplete":
            changed["isComplete"] = not session["isComplete"]
            if changed["isComplete"]:
                changed["currentQuestion"] = max(1, session["currentQuestion"] - 1)
        case "role":
            config["role"] = "Product Manager"
        case "model":
            config["model"] = other
        case "totalQuestions":
            config["totalQuestions"] = config["totalQuestions"] % 15 + 1
        case "shortened":
            messages[3:] = messages[3:-2]  # the first question stays
            changed["currentQuestion"] = max(1, session["currentQuestion"] - 1)
            changed["isComplete"] = False
        case "lengthened":
            messages += [
                {"role": "user", "content": other},
                {"role": "assistant", "content": f"Question: {other}?"},
            ]
            changed["currentQuestion"] = session["currentQuestion"] + 1
        case "speaker":
            messages[-1]["role"] = "user"
    return changed


has_run_for_a_while = precondition(lambda machine: machine.steps > 5)
"""Starting takes longer than anything else that is done here."""


class Clients(RuleBasedStateMachine):
    """`copies` are the sessions that clients hold, old ones and forged ones too."""

    copies: Bundle[Posted] = Bundle("copies")

    @initialize(strict=st.sampled_from([False, False, False, True]))
    def open(self, strict: bool) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="clients-"))
        self.gateway = InProcess(self.folder, strict_sessions=strict)
        self.model = Model(self._interview_at, strict=strict)
        self.model.unheard = self._newest_session
        self.documented = documented_by(self.gateway)
        self.touched: set[str] = set()
        self.last: Request | None = None
        self.steps = 0

    # What clients do

    @rule(target=copies, role=st.sampled_from(ROLES), total=totals)
    def start(self, role: str, total: int) -> Posted:
        return self._keep(self._ask("POST", START, {"role": role, "totalQuestions": total}))

    @rule(target=copies, role=st.sampled_from(ROLES), total=totals, id=own_ids)
    def start_with_an_id_of_its_own(self, role: str, total: int, id: str) -> Posted:
        asked = {"role": role, "totalQuestions": total, "interviewId": id}
        return self._keep(self._ask("POST", START, asked))

    @rule(target=copies, copy=copies, answer=answers)
    def answer(self, copy: Posted, answer: str) -> Posted:
        return self._keep(self._ask("POST", RESPOND, {"session": copy, "message": answer}))

    @rule(target=copies, copy=copies, answer=answers)
    def answer_from_the_newest_copy(self, copy: Posted, answer: str) -> Posted:
        """What a client in good order does, so that interviews come to their ends."""
        body = {"session": self._newest_of(copy), "message": answer}
        return self._keep(self._ask("POST", RESPOND, body))

    @rule(copy=copies, place=st.integers(0, 5))
    def post_an_earlier_move_again(self, copy: Posted, place: int) -> None:
        """The recorded reply to that very move, however far the interview has come since."""
        kept = self.model.kept.get(copy.get("interviewId", ""))
        if kept and len(kept.held) > 1:
            place %= len(kept.held) - 1
            answer = kept.answer_after(place)
            self._ask("POST", RESPOND, {"session": kept.held[place], "message": answer})

    @rule(copy=copies, other=answers, answer=answers)
    def post_forged_copies(self, copy: Posted, other: str, answer: str) -> None:
        """Each forgery there is, of a session that the log knows."""
        newest = self._newest_of(copy)
        if newest.get("interviewId") not in self.model.kept:
            return
        for how in FORGERIES:
            counts["forgeries"] += 1
            body = {"session": forged(newest, how, other), "message": answer}
            self._ask("POST", RESPOND, body)

    @precondition(lambda self: self.last is not None)
    @rule()
    def post_the_same_again(self) -> None:
        """A retry changes nothing, unless another interview stands at the same words."""
        request = self.last
        assert request is not None
        counts["retries"] += 1
        before = self.model.events
        session = request.body.get("session", {"interviewId": ""})
        is_refused = self._send(request).status_code == 409
        if "interviewId" in session and not is_refused and request.path != START:
            assert self.model.events == before, "a retry was taken for another move"

    @rule(target=copies, copy=copies, answer=answers, others=st.lists(answers, max_size=2))
    def answer_at_once(self, copy: Posted, answer: str, others: list[str]) -> Posted:
        """The same answer twice (a double click) and others, all at the same moment."""
        return self._race(
            *(
                Request("POST", RESPOND, {"session": copy, "message": said})
                for said in (answer, answer, *others)
            )
        )

    @rule(target=copies, copy=copies, other=copies, answer=answers)
    def answer_and_sum_up_at_once(self, copy: Posted, other: Posted, answer: str) -> Posted:
        return self._race(
            Request("POST", RESPOND, {"session": copy, "message": answer}),
            Request("POST", SUMMARY, {"session": copy}),
            Request("POST", RESPOND, {"session": other, "message": answer}),
        )

    @rule(target=copies, id=own_ids, total=totals)
    def start_at_once(self, id: str, total: int) -> Posted:
        asked = {"role": ROLES[0], "totalQuestions": total, "interviewId": id}
        return self._race(*[Request("POST", START, asked)] * 3)

    @rule(target=copies, copy=copies, how=st.sampled_from(FORGERIES), other=answers)
    def forge(self, copy: Posted, how: str, other: str) -> Posted:
        counts["forgeries"] += 1
        return forged(copy, how, other)

    @rule(target=copies, copy=copies)
    def drop_the_id(self, copy: Posted) -> Posted:
        return four_fields(copy)

    @rule(target=copies, copy=copies, id=own_ids)
    def take_the_id_of_nobody(self, copy: Posted, id: str) -> Posted:
        """A session from another machine, or from a log that is no more."""
        return copy | {"interviewId": id}

    @rule(target=copies, copy=copies, other=copies)
    def take_the_id_of_another(self, copy: Posted, other: Posted) -> Posted:
        return four_fields(copy) | ({"interviewId": id} if (id := other.get("interviewId")) else {})

    @rule(copy=copies, again=st.booleans())
    def sum_up(self, copy: Posted, again: bool) -> None:
        for _ in range(1 + again):
            self._ask("POST", SUMMARY, {"session": copy})

    @rule(copy=copies, action=st.sampled_from(["hold", "release"]))
    def hold_or_release(self, copy: Posted, action: str) -> None:
        path = f"{INTERVIEWS}/{self._id_of(copy)}/{action}"
        self._ask("POST", path, {"reason": "It is asked for."})

    @rule(copy=copies, is_released=st.booleans())
    def forget(self, copy: Posted, is_released: bool) -> None:
        """Not while it is on hold."""
        self.hold_or_release(copy, "hold")
        self._ask("DELETE", f"{INTERVIEWS}/{self._id_of(copy)}")
        if is_released:
            self.hold_or_release(copy, "release")
            self._ask("DELETE", f"{INTERVIEWS}/{self._id_of(copy)}")

    @rule(copy=copies, version=st.integers(-1, 12))
    def look_back(self, copy: Posted, version: int) -> None:
        """All that can be read of an interview is what was acknowledged."""
        id = self._id_of(copy)
        self._check_interview(id, self.model.kept.get(id))
        response = self._read(f"{INTERVIEWS}/{id}/session?version={version}")
        kinds = self._kinds_of(id)
        kept = self.model.kept.get(id)
        if kept is None:
            assert response.status_code == 404
        elif kept.forgotten:
            assert response.status_code == 410
        else:
            is_one = 1 <= version <= len(kinds)
            held = kept.session_from(kinds[:version]) if is_one else None
            assert response.status_code == (200 if held else 422)
            assert held is None or response.json() == held
        for format in ("json", "md", "html"):
            transcript = self._read(f"{INTERVIEWS}/{id}/transcript?format={format}")
            assert transcript.status_code == (200 if kept else 404)

    @rule(position=st.integers(0, 60), size=st.integers(0, 60))
    def ask_for_proofs(self, position: int, size: int) -> None:
        position, size = (number % (self.model.events + 2) for number in (position, size))
        found = self._read(f"/api/v1/audit/inclusion?position={position}&size={size}")
        assert found.status_code == (200 if position < size <= self.model.events else 422)
        found = self._read(f"/api/v1/audit/consistency?old={position}&new={size}")
        assert found.status_code == (200 if position <= size <= self.model.events else 422)
        assert self._read("/api/v1/audit/checkpoint").status_code == 200
        (stored,) = self.gateway.send(Request("POST", "/api/v1/audit/checkpoint"))
        self._note(stored)
        assert stored.status_code == 200

    @rule(state=st.sampled_from(["", "&state=complete", "&state=questioning", "&state=forgotten"]))
    def list_interviews(self, state: str) -> None:
        listed = self._read(f"{INTERVIEWS}?limit=100{state}").json()["interviews"]
        wanted = state.removeprefix("&state=")
        expected = {
            id for id, kept in self.model.kept.items() if not wanted or kept.state == wanted
        }
        assert {row["interviewId"] for row in listed} == expected
        for row in listed:
            kept = self.model.kept[row["interviewId"]]
            assert (row["state"], row["version"]) == (kept.state, kept.events)
            assert (row["adopted"], row["onHold"]) == (kept.adopted, kept.on_hold)

    # What becomes of the gateway

    @has_run_for_a_while
    @rule(cleanly=st.booleans())
    def restart(self, cleanly: bool) -> None:
        if cleanly:
            counts["restarts"] += 1
            self.gateway.restart()
            self._forget_nothing()
        else:
            self._kill()

    @has_run_for_a_while
    @rule(copy=copies, answer=answers)
    def kill_between_answer_and_reply(self, copy: Posted, answer: str) -> None:
        kept = self.model.kept.get(copy.get("interviewId", ""))
        if kept and kept.state == "questioning" and kept.pending is None:
            moves = [give_answer(answer)]
            self.gateway.run(self.gateway.log.append(kept.id, kept.events, moves, utc_now()))
            self.model.interrupt(kept.id, answer)
            counts["kills between answer and reply"] += 1
            self._kill()

    @has_run_for_a_while
    @rule(id=own_ids, total=totals)
    def kill_between_start_and_question(self, id: str, total: int) -> None:
        if id not in self.model.kept:
            asked = {"role": ROLES[0], "totalQuestions": total}
            config = Config.model_validate(asked | {"model": "granite4:2b"})
            begun = [start_interview(config, "Be kind.")]
            self.gateway.run(self.gateway.log.append(id, 0, begun, utc_now()))
            self.model.begin(id, asked)
            counts["kills between start and question"] += 1
            self._kill()

    @has_run_for_a_while
    @rule(copy=copies, answer=answers, turns=st.integers(0, 40))
    def kill_in_the_middle_of_a_move(self, copy: Posted, answer: str, turns: int) -> None:
        """Nobody knows how far it came, but the log: a part of the move, or none of it."""
        posted = legal(copy)
        kept = self.model.kept.get(copy.get("interviewId", ""))
        is_current = kept is not None and kept.held and posted == kept.held[-1]
        if (
            kept is None
            or not is_current
            or kept.state != "questioning"
            or kept.pending is not None
        ):
            return
        counts["kills in the middle of a move"] += 1
        request = Request("POST", RESPOND, {"session": copy, "message": answer})
        self._kill(request, turns=turns)
        done = len(self._kinds_of(kept.id)) - kept.events
        assert 0 <= done <= 2, f"{done} events of one move"
        if done:
            self.model.interrupt(kept.id, answer)
        if done == 2:
            self.model.hand_out(kept, self._newest_session(kept.id))

    def _kill(self, *requests: Request, turns: int = 0) -> None:
        counts["kills"] += 1
        self.gateway.kill(*requests, turns=turns)
        self._forget_nothing()

    def _forget_nothing(self) -> None:
        """Look at all interviews after this step."""
        self.touched.update(self.model.kept)
        self.steps = 0
        self.last = None  # a move that was cut short is ended by whatever is posted next

    # What must hold after each step

    @invariant()
    def the_log_holds_what_was_acknowledged_and_no_more(self) -> None:
        counts["steps"] += 1
        self.steps += 1
        assert self.gateway.run(self.gateway.log.head()) == self.model.events
        for id in sorted(self.touched):
            self._check_interview(id, self.model.kept.get(id))
        self.touched.clear()

    def teardown(self) -> None:
        if not hasattr(self, "gateway"):
            return
        try:
            for id, kept in self.model.kept.items():
                self._check_interview(id, kept)
                self._check_all_versions(kept)
        finally:
            self.gateway.close()
            path = self.gateway.path
            counts["runs"] += 1
            counts["interviews"] += len(self.model.kept)
            counts["events"] += self.model.events
        origin = key_name(file.log_id(path))
        key = load_signer(file.key_path(path), origin).verifier
        report = verify(stored_file_of(path, origin), keys=[key])
        shutil.rmtree(self.folder)
        assert report.findings == ()
        assert (report.events, report.interviews) == (self.model.events, len(self.model.kept))

    def _check_interview(self, id: str, kept: Kept | None) -> None:
        response = self._read(f"{INTERVIEWS}/{id}")
        if kept is None:
            assert response.status_code == 404
            return
        assert Counter(self._kinds_of(id)) == +kept.kinds
        if kept.forgotten:
            assert response.status_code == 410
            return
        found = response.json()
        assert response.status_code == 200
        assert found.get("pendingAnswer") == kept.pending
        assert (found["state"], found["version"]) == (kept.state, kept.events)
        assert not kept.held or found["session"] == kept.held[-1]

    def _check_all_versions(self, kept: Kept) -> None:
        """Every session that was acknowledged can be had from the log."""
        kinds = self._kinds_of(kept.id)
        for version in range(1, len(kinds) + 1):
            response = self._read(f"{INTERVIEWS}/{kept.id}/session?version={version}")
            held = None if kept.forgotten else kept.session_from(kinds[:version])
            if held is not None:
                assert response.json() == held
            else:
                assert response.status_code == (410 if kept.forgotten else 422)

    # How it is done

    def _ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        self.last = Request(method, path, body) if path in (RESPOND, SUMMARY, START) else None
        return self._send(Request(method, path, body))

    def _send(self, request: Request) -> httpx.Response:
        (response,) = self.gateway.send(request)
        self._note(response)
        self.model.observe(request, response)
        return response

    def _race(self, *requests: Request) -> Posted:
        counts["races"] += 1
        self.last = None
        responses = self.gateway.send(*requests)
        for response in responses:
            self._note(response)
        self.model.observe_race(list(zip(requests, responses, strict=True)))
        return self._keep(responses[0])

    def _read(self, path: str) -> httpx.Response:
        (response,) = self.gateway.send(Request("GET", path))
        self._note(response)
        return response

    def _note(self, response: httpx.Response) -> None:
        method, path = self.documented.check(response)
        counts["requests"] += 1
        counts[f"{response.status_code} {method} {path}"] += 1
        if path.endswith(("/start", "/respond")) and response.status_code in (200, 409):
            body = response.json()
            session = body if response.is_success else body["session"]
            if id := session.get("interviewId"):
                self.touched.add(id)

    def _keep(self, response: httpx.Response) -> Posted:
        """The session that a client goes on with: the one it got, or the log's own; where it
        got none, one from elsewhere."""
        body = response.json()
        session = body if response.is_success else body.get("session")
        # Always one: what Hypothesis can choose next must not hang on who won a race.
        return EXAMPLE_SESSION if legal(session) is None else session

    def _newest_of(self, copy: Posted) -> Posted:
        """The newest session of the interview that `copy` names; the copy itself of others."""
        kept = self.model.kept.get(copy.get("interviewId", ""))
        return kept.held[-1] if kept and kept.held else copy

    def _id_of(self, copy: Posted) -> str:
        """The id in `copy`; without one, that of nobody."""
        id: str = copy.get("interviewId", str(UUID(int=9, version=4)))
        return id

    def _kinds_of(self, id: str) -> list[str]:
        response = self._read(f"{INTERVIEWS}/{id}/events")
        events: list[Posted] = response.json().get("events", [])
        return [event["kind"] for event in events]

    def _newest_session(self, id: str) -> Posted:
        session: Posted = self._read(f"{INTERVIEWS}/{id}").json()["session"]
        return session

    def _interview_at(self, position: int) -> str:
        (record,) = self.gateway.run(self.gateway.log.records_from(position, 1))
        return record.interview_id


def documented_by(gateway: InProcess) -> Documented:
    """The document does not change from one gateway to the next, and takes a while to make."""
    if not _documented:
        _documented.append(Documented(gateway.app.openapi()))
    return _documented[0]


_documented: list[Documented] = []


def profile(examples: int, steps: int, *, again: bool = False) -> settings:
    """How long to try; `again` makes the same choices each time."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=again,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        # A failure that hangs on a race is seldom made shorter, and not in little time.
        phases=[Phase.generate],
    )


def report() -> Iterator[str]:
    """What was done, a line each."""
    for what, count in sorted(counts.items()):
        yield f"{count:>9,}  {what}"


def main() -> None:
    """Run the machine, and say what was done."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--examples", type=int, default=300, help="how many runs")
    options.add_argument("--steps", type=int, default=60, help="of at most how many steps each")
    given = options.parse_args()
    began = time.monotonic()
    try:
        run_state_machine_as_test(Clients, settings=profile(given.examples, given.steps))
    finally:
        print("\n".join(report()))
        print(f"in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
