"""Documents over HTTP: their text, and what hostile ones get."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from api.documents import process
from api.usecases import documents
from api.usecases.documents import Documents
from tests.api.documents.making import docx, drawn, pages, paragraph, saved
from tests.forked import PATIENCE
from tests.gateways import Served, serving
from tests.stopwatch import Stopwatch

PATH = "/api/v1/documents"


def post(gateway: Served, document: bytes, declared: str = "") -> httpx.Response:
    headers = {"content-type": declared} if declared else {}
    return gateway.client.post(PATH, content=document, headers=headers, timeout=60)


def problem(response: httpx.Response) -> tuple[int, str, str]:
    found: dict[str, Any] = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, found["type"].rpartition("/")[2], found["detail"]


def test_the_text_that_a_person_corrects_can_begin_an_interview(alone: Served) -> None:
    job = post(alone, saved(pages("Move our database schema.")), "application/pdf")
    assert job.json() == {"text": "Move our database schema.", "pages": 1, "truncated": False}
    cv = post(alone, docx(paragraph("I know Kubernetes.")))
    assert cv.json() == {"text": "I know Kubernetes.", "truncated": False}
    begun = alone.post(
        "/api/v1/interviews/start",
        {
            "role": "Software Engineer",
            "totalQuestions": 1,
            "jobDescription": job.json()["text"],
            "cv": cv.json()["text"],
        },
    )
    assert "move to a new database schema" in begun.json()["messages"][-1]["content"]


def test_plain_text_needs_no_more_than_its_bytes(alone: Served) -> None:
    assert post(alone, "Käse".encode(), "text/plain; charset=utf-8").json()["text"] == "Käse"
    long = post(alone, b"word " * 1024 * 1024).json()
    assert (len(long["text"]), long["truncated"]) == (19_999, True)


def test_what_cannot_be_read_is_a_problem_that_says_what_to_do(alone: Served) -> None:
    document = saved(pages("Hello"), password="secret")
    status, kind, detail = problem(post(alone, document))
    assert (status, kind) == (422, "unreadable-document")
    assert "password" in detail
    assert "paste the text" in detail


def test_one_that_is_too_large_is_not_read(alone: Served) -> None:
    status, kind, detail = problem(post(alone, b"a" * (5 * 1024 * 1024 + 1)))
    assert (status, kind) == (413, "too-large")
    assert "5 MiB" in detail


@settings(max_examples=12)
@given(
    st.one_of(st.binary(max_size=200), st.text(max_size=50).map(str.encode)),
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_categories=["Cc"])),
)
@example(b"Hello", "text/plain; charset=" + "x" * 60_000)
@example(b"Hello", "--help")
def test_any_bytes_of_any_type_get_a_text_or_a_problem(
    alone: Served, document: bytes, declared: str
) -> None:
    headers = {b"content-type": declared.encode("latin-1")}
    response = alone.client.post(PATH, content=document, headers=headers, timeout=60)
    if not response.is_success:
        assert problem(response)[0] in (422, 503)


def test_a_document_that_costs_too_much_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its own limits, or killed: whatever it does with the time."""
    slow = saved(drawn([b"q Q 1 0 0 1 0 0 cm " * 400_000] * 40))
    with serving() as gateway:
        gateway.app.state.gateway.documents = Documents(seconds=0.5)
        watch = Stopwatch()
        assert problem(post(gateway, slow))[:2] == (422, "unreadable-document")
        assert watch.seconds() < 5
        # A process that can do nothing at all.
        monkeypatch.setattr(documents, "MODULE", "tests.api.documents.no_such_module")
        assert problem(post(gateway, b"Hello"))[:2] == (422, "unreadable-document")


def test_two_are_read_at_once_and_the_others_wait_for_them_a_while() -> None:
    slow = saved(drawn([b"q Q 1 0 0 1 0 0 cm " * 400_000] * 40))
    with serving() as gateway, ThreadPoolExecutor(2) as others:
        gateway.app.state.gateway.documents = Documents(seconds=3, wait_seconds=0.1)
        begun = [others.submit(post, gateway, slow) for _ in range(2)]
        reading = gateway.app.state.gateway.documents._reading
        deadline = time.monotonic() + PATIENCE
        while not reading.locked():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        response = post(gateway, b"Hello")
        assert problem(response)[:2] == (503, "documents-unavailable")
        assert response.headers["retry-after"] == "5"
        assert {one.result().status_code for one in begun} == {422}
        assert post(gateway, b"Hello").is_success


def test_without_its_library_a_pdf_gets_what_to_install(
    alone: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def missing(*_: object) -> bytes:
        await asyncio.sleep(0)
        return b'{"missing": "PDF"}'

    monkeypatch.setattr(Documents, "_read", missing)
    response = post(alone, b"%PDF-1.7")
    status, kind, detail = problem(response)
    assert (status, kind) == (503, "documents-unavailable")
    assert "interview-gateway[documents]" in detail
    assert "retry-after" not in response.headers


def test_nothing_of_a_document_is_logged(alone: Served, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(0):
        post(alone, b"Jane Doe, 12 Secret Street")
        post(alone, b"%PDF-1.7 Jane Doe, 12 Secret Street")
    assert "Secret" not in caplog.text


def test_the_process_limits_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    limited: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "setrlimit", limited.__setitem__)
    process.limit_itself()
    assert limited[resource.RLIMIT_CPU] == (process.PROCESSOR_SECONDS,) * 2
    assert limited[resource.RLIMIT_FSIZE] == (0, 0)
