"""Requests that are drawn from a gateway's OpenAPI document, and what was answered to them."""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from requests.structures import CaseInsensitiveDict
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.generation.stateful import APIStateMachine
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.http.responses import EVENT_STREAM
from tests.api.http.signin.people import AUDIENCE, ISSUER, SECRET, token
from tests.fakes.forwarded import ForwardedServer
from tests.forked import PATIENCE
from tests.processes import Process, gateway_process
from tests.reliability.telling import table


def has_documented_headers(_: Any, answer: Response, case: Any) -> None:
    """Schemathesis misses none: a stream of events has no `Interview-Event`, so that the document
    cannot say that the header is required."""
    [media_type] = answer.headers.get("content-type", [""])
    if not media_type.startswith(EVENT_STREAM):
        documented = case.operation.responses.find_by_status_code(answer.status_code)
        headers = documented.definition.get("headers", {}) if documented else {}
        missing = [name for name in headers if name.lower() not in answer.headers]
        assert not missing, f"documented, and missing: {missing}"


CHECKS = [
    has_documented_headers,
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]

AS_IT_COMES = settings(
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],  # a failure is shown as it was met: it may not come again
)

A_WALK = settings(AS_IT_COMES, max_examples=10, stateful_step_count=25)

ROLES = ("candidate", "interviewer", "auditor", "admin")

MOST_REPEATS = 50
"""An operation for which nothing new is drawn so often in a row has nothing left."""

EXAMPLE_BYTES = 65536
"""Chance for an example. Where it does not suffice, the example is taken back."""

NEVER = 2**40
"""When the callers' tokens end."""

ANNOTATIONS = {"title", "description", "examples"}
ANYTHING = ({"type": "string"}, {"type": "string", "format": "binary"}, {"type": "null"})
"""Schemas that nothing which can be sent in a path, a header or a body of bytes is against."""


@dataclass
class Result:
    """What was answered to how many cases, and what was not as documented."""

    answers: Counter[str] = field(default_factory=Counter)
    """How often each status came from each operation."""
    findings: dict[str, str] = field(default_factory=dict)
    """The first request of each kind of finding."""

    def check(self, case: Any, answer: Response) -> None:
        """Count this answer to a case, and hold it to what is documented."""
        said = f"{answer.status_code} {case.operation.label}"
        self.answers[said] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                curl = case.as_curl_command(answer.request.headers)
                self.findings.setdefault(f"{said}: {failure.title}", f"{failure}\n{curl}")

    def add(self, other: "Result") -> None:
        self.answers += other.answers
        self.findings = other.findings | self.findings

    def table(self) -> str:
        operations, statuses = defaultdict[str, list[str]](list), Counter[str]()
        for what, count in sorted(self.answers.items()):
            status, operation = what[:3], what[4:]
            operations[operation].append(f"{status}: {count:,}")
            statuses[status] += count
        shown = {
            **{operation: ", ".join(operations[operation]) for operation in sorted(operations)},
            "cases": f"{self.answers.total():,}",
            "operations": len(operations),
            "answers": ", ".join(f"{status}: {statuses[status]:,}" for status in sorted(statuses)),
            "findings": len(self.findings),
        }
        return table(shown, list(self.findings.values()))


@contextmanager
def gateway(folder: Path, *, has_sign_in: bool) -> Iterator[Process]:
    """A gateway with the services up that calls are passed on to: where one is down, that is a
    503."""
    with ForwardedServer() as services:
        urls = dict.fromkeys(("ANALYTICS_URL", "SCOUT_URL", "AGENTS_URL"), services.url)
        env = {"VOICE_URL": services.url, **urls}
        if has_sign_in:
            env |= {"AUTH_SECRET": SECRET, "AUTH_ISSUER": ISSUER, "AUTH_AUDIENCE": AUDIENCE}
            env |= {"RATE_LIMIT": "20/second"}
        with gateway_process(folder, **env) as process:
            yield process


@dataclass
class Source:
    """What there is to draw for an operation: requests as documented, or not as documented."""

    operation: Any
    mode: GenerationMode
    is_exhausted: bool = False

    def strategy(self, interviews: Callable[[], list[str]]) -> st.SearchStrategy[Any]:
        """Requests. If their path names an interview, it is often one of these `interviews`."""
        draw = partial(self.operation.as_strategy, generation_mode=self.mode)
        names = [parameter.name for parameter in self.operation.iter_parameters()]
        is_in_path = "interviewId" in names
        has_more = len(names) > 1 or self.operation.body  # that can be wrong
        known = interviews() if is_in_path and (has_more or self.is_positive) else []
        return st.one_of(draw(), *(draw(path_parameters={"interviewId": id}) for id in known))

    @property
    def is_positive(self) -> bool:
        return self.mode is GenerationMode.POSITIVE


class Cases:
    """Requests to one gateway, drawn from its OpenAPI document."""

    def __init__(self, process: Process, *, has_sign_in: bool, seed: int) -> None:
        self._process = process
        self._chance = random.Random(seed)
        self._callers: list[dict[str, str]] = [{}]
        if has_sign_in:
            tokens = ["nonsense", *(token("ann", role, exp=NEVER) for role in ROLES)]
            self._callers += [{"authorization": f"Bearer {bearer}"} for bearer in tokens]
        self._session = requests.Session()
        self._session.trust_env = False  # it would look for proxies each time
        self._schema = schemathesis.openapi.from_url(
            f"{process.url}/openapi.json", headers=self._callers[-1], timeout=PATIENCE
        )
        self._sources = [
            Source(operation, mode)
            for found in self._schema.get_all_operations()
            if isinstance(found, Ok) and (operation := found.ok())
            for mode in GenerationMode
            if mode is GenerationMode.POSITIVE or takes_anything(operation)
        ]
        self._asked: set[int] = set()

    def ask_all(self, *, seconds: float = inf, most: float = inf) -> Iterator[Result]:
        """Ask each operation for so many seconds, or so often, as documented and not. Gives what
        each said."""
        for source in [source for source in self._sources if not source.is_exhausted]:
            examples = drawn(source.strategy(self._begin_interviews), self._chance)
            result, until, repeats = Result(), time.monotonic() + seconds, 0
            while (
                time.monotonic() < until
                and result.answers.total() < most
                and not source.is_exhausted
            ):
                if self._ask(next(examples), result):
                    repeats = 0
                else:
                    repeats += 1
                    source.is_exhausted = repeats == MOST_REPEATS
            yield result

    def _ask(self, case: Any, result: Result) -> bool:
        """Ask this, unless it is None or was asked before. Returns whether it was asked."""
        if case is None:
            return False
        caller = self._chance.choice(self._callers)
        headers = CaseInsensitiveDict(case.headers)
        headers.update(caller)  # a token that was drawn is not sent
        given = case.path_parameters, case.query, headers, case.body, case.media_type
        key = hash((case.operation.label, repr(given)))
        if key in self._asked:
            return False
        self._asked.add(key)
        answer = case.call(session=self._session, headers=caller, timeout=PATIENCE)
        result.check(case, answer)
        return True

    def walk(self) -> Result:
        """Follow the document's links. Gives what was said."""
        result = Result()
        # Hypothesis may notice that a coin of Schemathesis' fell otherwise in the same steps.
        with suppress(Flaky):
            # Without a seed, all walks of a CI run would be the same: Hypothesis sees to that.
            walk = seed(self._chance.getrandbits(64))(walk_of(self._schema, result))
            walk.run(settings=A_WALK)
        return result

    def _begin_interviews(self) -> list[str]:
        """The ids of one that has begun, one that is complete and one on hold."""
        client = self._process.client
        client.delete("/api/v1/admin/drain", headers=self._new_admin())
        post, admin = client.post, self._new_admin()
        engineer = {"role": "Software Engineer", "totalQuestions": 1}
        begun, held, complete = (
            post("/api/v1/interviews/start", json=engineer, headers=admin).json() for _ in range(3)
        )
        post(f"/api/v1/interviews/{held['interviewId']}/hold", json={}, headers=admin)
        answer = {"session": complete, "message": "It held up."}
        post("/api/v1/interviews/respond", json=answer, headers=admin)
        return [session["interviewId"] for session in (begun, held, complete)]

    def _new_admin(self) -> dict[str, str]:
        """The headers of somebody who has all of the quota left."""
        bearer = token(f"{self._chance.getrandbits(64)}", "admin")
        return {"authorization": f"Bearer {bearer}"}


def drawn(strategy: st.SearchStrategy[Any], chance: random.Random) -> Iterator[Any]:
    """Examples without end; None where the strategy takes back what it has drawn.

    This is Hypothesis' entry for fuzzers. Its own search for examples takes half of the time and
    repeats: of 100 that it draws for an id in a path, 39 differ. It is not needed, since nothing is
    shrunk.
    """
    found: list[Any] = []

    @AS_IT_COMES
    @given(strategy)
    def keep(example: Any) -> None:
        found.append(example)

    draw = keep.hypothesis.fuzz_one_input  # type: ignore[attr-defined]
    while True:
        draw(chance.randbytes(EXAMPLE_BYTES))
        yield found.pop() if found else None


def takes_anything(operation: Any) -> bool:
    """Whether there is something that could be wrong. In a path, any text is a name."""
    return any(not fits_any(body.definition["schema"]) for body in operation.body) or any(
        given.location not in ("path", "header") or not fits_any(given.definition["schema"])
        for given in operation.iter_parameters()
    )


def fits_any(schema: dict[str, Any]) -> bool:
    """Whether any text, or any bytes, are as the schema says."""
    return all(
        {name: said for name, said in choice.items() if name not in ANNOTATIONS} in ANYTHING
        for choice in schema.get("anyOf", [schema])
    )


def walk_of(schema: Any, result: Result) -> type[APIStateMachine]:
    """A state machine of the document's links. What it is answered is added to `result`."""
    # No link leads to these, and nobody could start an interview after a drain has begun.
    unlinked = ["administration", "kits", "documents"]
    linked: Any = schema.exclude(tag=unlinked).as_state_machine()

    class Walk(linked):  # type: ignore[misc]  # made of the document, when the test runs
        def get_call_kwargs(self, _: Any) -> dict[str, Any]:
            return {"timeout": PATIENCE}

        def validate_response(self, response: Response, case: Any, *_: Any, **__: Any) -> None:
            result.check(case, response)

    return Walk
