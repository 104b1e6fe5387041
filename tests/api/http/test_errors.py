"""The map from errors to problems leaves none out, and each says what is so."""

import importlib
import pkgutil
from collections.abc import Iterator
from http import HTTPStatus
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

import api.usecases
import eventlog
import statemachine
from api.http.errors import PROBLEMS, install
from api.usecases.errors import UseCaseError
from eventlog import errors as log
from eventlog.bundle import BadBundle
from statemachine.errors import IllegalMove, InterviewError
from tests.eventlog.running import in_loop

NEVER_AT_THE_EDGE = {
    IllegalMove: "each move is decided from the interview that it is appended to",
    log.VersionConflict: "a use case looks again, until the log is said to contradict itself",
    log.ClaimLost: "who makes the reply follows the gateway that has taken it over",
    log.WordsForgotten: "a use case says which interview was forgotten",
    BadBundle: "only commands read bundles",
    log.WrongOldKey: "keys are changed by a command, while no gateway runs",
    log.LogNotOpened: "the gateway does not start",
    log.NoLog: "the gateway does not start",
    log.NotALog: "the gateway does not start",
    log.LogTooNew: "the gateway does not start",
    log.LogReadOnly: "the gateway does not start",
    log.LogFull: "the gateway does not start",
    log.LogInUse: "the gateway does not start",
}


def below(base: type[Exception]) -> Iterator[type[Exception]]:
    for kind in base.__subclasses__():
        yield kind
        yield from below(kind)


def every_error() -> list[type[Exception]]:
    """Every error that our packages define below those that they name as their bases."""
    packages = (statemachine, eventlog, api.usecases)
    for package in packages:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    found = {
        kind for base in (InterviewError, log.EventLogError, UseCaseError) for kind in below(base)
    }
    ours = tuple(package.__name__ for package in packages)
    return sorted((kind for kind in found if kind.__module__.startswith(ours)), key=repr)


@pytest.mark.parametrize("kind", every_error())
def test_every_error_is_a_problem_or_never_comes_to_the_edge(kind: type[Exception]) -> None:
    is_problem = any(base in PROBLEMS for base in kind.__mro__)
    assert is_problem != (kind in NEVER_AT_THE_EDGE)


@in_loop
async def test_of_an_unknown_outcome_neither_the_one_nor_the_other_is_said() -> None:
    app = FastAPI()
    install(app)
    app.state.gateway = SimpleNamespace(log_monitor=SimpleNamespace(check_now=lambda: None))

    @app.post("/move")
    def move() -> None:
        raise log.OutcomeUnknown("it is not known whether it was made")

    async with AsyncClient(transport=ASGITransport(app), base_url="http://localhost") as client:
        answer = await client.post("/move")
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert "answerTaken" not in answer.json()
    assert "may have been recorded or not" in answer.json()["detail"]
