"""How much a caller may send, and how slowly: nobody else waits for it."""

import asyncio
import json
import re
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from api.http import protocol
from api.http.limits import MAX_BODY_BYTES
from backends.chain import MAX_WAITING
from tests.desktop import Desktop
from tests.fakes import GraniteServer, Mood
from tests.gateways import VARIABLES, Served, serving
from tests.http_clients import PLAIN
from tests.processes import Process, gateway_in_own_python, gateway_process
from tests.reliability.counting import CAN_COUNT, held_at_rest, held_by
from tests.stopwatch import Stopwatch

START = "/api/v1/interviews/start"
ENGINEER = json.dumps({"role": "Software Engineer", "totalQuestions": 1}).encode()
HEAD = (
    b"POST /api/v1/interviews/start HTTP/1.1\r\n"
    b"Host: localhost\r\nContent-Type: application/json\r\n"
)

MANY = 300
"""Senders at once; as many as a machine lets a process open without being asked for more."""


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with gateway_process(tmp_path_factory.mktemp("gateway")) as running:
        read_the_log(running)
        yield running


def read_the_log(process: Process) -> None:
    """The gateway has every connection to its log open from here on."""
    for query in ({}, {"q": "zebra"}):
        reply = httpx.get(f"{process.url}/api/v1/interviews", params=query, **PLAIN)
        assert reply.status_code == 200


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A gateway by whose clock a request must be in within half a second."""
    with serving() as gateway:
        gateway.get("/nowhere")  # the first such request loads endpoints, which takes a while
        monkeypatch.setattr(protocol, "REQUEST_SECONDS", 0.5)
        yield gateway


def address_of(url: str) -> tuple[str, int]:
    parsed = httpx.URL(url)
    assert parsed.port
    return parsed.host, parsed.port


def connected(url: str) -> socket.socket:
    return socket.create_connection(address_of(url), timeout=20)


def read_to_end(sock: socket.socket) -> bytes:
    """All that comes till the other side closes."""
    received = b""
    try:
        while piece := sock.recv(65536):
            received += piece
    except ConnectionResetError:
        pass  # it closed without waiting for the rest of what we send
    return received


async def until_closed(reader: asyncio.StreamReader) -> bytes:
    """All that comes till the other side closes, in good order or not."""
    received = b""
    with suppress(ConnectionResetError):
        while piece := await reader.read(65536):
            received += piece
    return received


def statuses_of(answers: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+) ", answers)]


def status_of(answer: bytes) -> int:
    return statuses_of(answer)[0]


def drip(sock: socket.socket, *, seconds: float) -> bytes:
    """Send a byte every tenth of a second; what was answered when the connection closed."""
    gives_up = time.monotonic() + seconds
    sock.settimeout(0.1)
    received = b""
    while time.monotonic() < gives_up:
        try:
            sock.sendall(b"x")
            piece = sock.recv(65536)
        except TimeoutError:
            continue
        except (ConnectionResetError, BrokenPipeError):
            return received
        if not piece:
            return received
        received += piece
    raise AssertionError(f"still connected after {seconds} s, with {received[:200]!r}")


# How slowly


@pytest.mark.parametrize(
    ("beginning", "status"),
    [
        (b"GET /slo", 408),
        (b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", 408),
        (HEAD + b"Content-Length: 1000\r\n\r\n", 408),
        (HEAD + b"Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n", 100),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n3e8\r\n", 408),
        # An answer does not end a body that drips in.
        (HEAD + b"Content-Length: 9999999\r\n\r\n", 413),
        (HEAD + b"Origin: http://evil.example\r\nContent-Length: 1000\r\n\r\n", 403),
        (b"GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n", 200),
        (b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n", 404),
    ],
    ids=["path", "header", "body", "100", "chunk", "too large", "origin", "GET", "nowhere"],
)
def test_a_request_that_drips_in_is_ended(hurried: Served, beginning: bytes, status: int) -> None:
    with connected(hurried.url) as sock:
        sock.sendall(beginning)
        answer = drip(sock, seconds=10)
    assert status_of(answer) == status
    if status == 408:
        head, _, body = answer.partition(b"\r\n\r\n")
        assert b"application/problem+json" in head
        problem = json.loads(body)
        assert (problem["type"], problem["status"]) == ("/problems/too-slow", 408)
        assert problem["instance"] == (START if beginning.startswith(HEAD) else "/")


LOOK = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
WHOLE = HEAD + b"Content-Length: %d\r\n\r\n" % len(ENGINEER) + ENGINEER
HALF = HEAD + b"Content-Length: 1000\r\n\r\n{"
TURNED_AWAY = HEAD + b"Origin: http://evil.example\r\nContent-Length: 2\r\n\r\n{}"
"""A request whose answer does not wait for its body."""

BEHIND_OTHERS = {
    "a body": (LOOK + HALF, [200, 408]),
    "a body behind a body": (WHOLE + HALF, [200, 408]),
    "a body behind many": (LOOK * 20 + WHOLE + LOOK + HALF, [200] * 22 + [408]),
    "a body that is awaited": (
        LOOK + HEAD + b"Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n",
        [200, 100, 408],
    ),
    "a chunk": (LOOK + HEAD + b"Transfer-Encoding: chunked\r\n\r\n3e8\r\n{", [200, 408]),
    "a header": (LOOK + b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", [200, 408]),
    "a path": (LOOK + b"GET /slo", [200, 408]),
    "a body behind a refusal": (TURNED_AWAY + HALF, [403, 408]),
    "a body of a refusal": (LOOK + TURNED_AWAY.replace(b" 2\r\n", b" 99\r\n"), [200, 403]),
    "a body of no upgrade": (
        LOOK[:-2] + b"Connection: upgrade\r\nUpgrade: websocket\r\n\r\n" + HALF,
        [200, 408],
    ),
    "nothing": (LOOK, [200]),
    "a body in HTTP/1.0": (
        LOOK + HALF.replace(b"HTTP/1.1", b"HTTP/1.0"),
        [200, 408],
    ),
    "a body behind HTTP/1.0": (LOOK.replace(b"HTTP/1.1", b"HTTP/1.0") + HALF, [200]),
    "a body longer than declared": (WHOLE + b"zz\r\n\r\n", [200, 400]),
}


NO_MORE = {"nothing", "a body longer than declared"}
"""A byte after these is another request, or none that is read."""


@pytest.mark.parametrize(
    ("what", "dripping"),
    [(what, False) for what in BEHIND_OTHERS]
    + [(what, True) for what in BEHIND_OTHERS if what not in NO_MORE],
)
def test_one_that_came_in_the_packet_of_others_is_ended_too(
    hurried: Served, what: str, dripping: bool
) -> None:
    packet, statuses = BEHIND_OTHERS[what]
    with connected(hurried.url) as sock:
        sock.sendall(packet)
        answers = drip(sock, seconds=10) if dripping else read_to_end(sock)
    assert statuses_of(answers) == statuses


def test_one_behind_a_slow_answer_has_its_time_from_when_that_is_given() -> None:
    with GraniteServer() as granite, pytest.MonkeyPatch.context() as patched:
        patched.setattr(protocol, "REQUEST_SECONDS", 0.5)
        with serving(granite) as gateway:
            gateway.wait_until_noticed(granite_interview_service="online")
            granite.mood, granite.delay = Mood.SLOW, 1.0
            with connected(gateway.url) as sock:
                sock.sendall(WHOLE + WHOLE[:-1])
                time.sleep(1.2)  # longer than a request may take
                sock.sendall(WHOLE[-1:] + HALF)
                assert statuses_of(read_to_end(sock)) == [200, 200, 408]


def test_each_request_has_the_whole_time_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also the one after another that was slow to come in, and after one that was refused."""
    monkeypatch.setattr(protocol, "REQUEST_SECONDS", 1.0)
    slow = 0.7
    with serving() as gateway, connected(gateway.url) as sock:
        time.sleep(slow)
        for packet in (TURNED_AWAY[:-1], b"}" + WHOLE[:-1], WHOLE[-1:] + LOOK[:9], LOOK[9:]):
            sock.sendall(packet)
            time.sleep(slow)
        sock.shutdown(socket.SHUT_WR)
        assert statuses_of(read_to_end(sock)) == [403, 200, 200]


def test_what_cannot_be_answered_any_more_is_let_go_without_a_trace(
    hurried: Served, caplog: pytest.LogCaptureFixture
) -> None:
    chunked = b"Origin: http://evil.example\r\nTransfer-Encoding: chunked\r\n\r\n"
    with connected(hurried.url) as sock:
        sock.sendall(HEAD + chunked)
        answer = sock.recv(65536)
        sock.sendall(b"no chunk\r\n")
        answer += read_to_end(sock)
    assert statuses_of(answer) == [403]
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_one_that_drips_after_another_request_is_ended_too(hurried: Served) -> None:
    whole = HEAD + b"Content-Length: %d\r\n\r\n" % len(ENGINEER) + ENGINEER
    with connected(hurried.url) as sock:
        sock.sendall(whole)
        received = b""
        while b'"isComplete":false' not in received:
            received += sock.recv(65536)
        assert status_of(received) == 200
        sock.sendall(b"GET /slo")
        answer = drip(sock, seconds=10)
    assert status_of(answer) == 408


def test_who_sends_nothing_at_all_is_let_go(hurried: Served) -> None:
    with connected(hurried.url) as sock:
        watch = Stopwatch()
        assert read_to_end(sock) == b""
    assert watch.seconds() < 10


def test_who_never_reads_the_answers_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "UNREAD_SECONDS", 0.5)
    requests = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100

    def keep_asking(sock: socket.socket) -> None:
        gives_up = time.monotonic() + 20
        while time.monotonic() < gives_up:
            with suppress(TimeoutError):  # the gateway reads no more while it cannot answer
                sock.sendall(requests)

    with serving() as gateway, connected(gateway.url) as sock:
        sock.settimeout(0.2)
        with pytest.raises(ConnectionError):
            keep_asking(sock)


def test_who_never_reads_a_short_answer_is_let_go_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less than would make the gateway pause, and more than the system takes."""
    monkeypatch.setattr(protocol, "UNREAD_SECONDS", 0.5)
    with serving(send_buffer=4096) as gateway, socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(address_of(gateway.url))
        sock.settimeout(20)
        path = b"/page/integration-service-client/openapi.d.ts"
        request = b"GET %b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % path
        sock.sendall(request)
        size = len(gateway.client.get(path.decode()).content)
        time.sleep(2)
        assert len(read_to_end(sock)) < size < 60_000


def test_who_reads_slowly_and_steadily_gets_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "UNREAD_SECONDS", 1.0)
    monkeypatch.setattr(protocol, "LEAST_READ_BYTES", 1)
    with serving(send_buffer=4096) as gateway, socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(address_of(gateway.url))
        sock.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        whole = gateway.client.get("/openapi.json").content
        received, began = b"", time.monotonic()
        while piece := sock.recv(len(whole) // 32):
            received += piece
            time.sleep(0.05)
        assert received.endswith(whole)
        assert time.monotonic() - began > protocol.UNREAD_SECONDS


def test_who_reads_late_gets_it_all_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "UNREAD_SECONDS", 5.0)
    with serving(send_buffer=4096) as gateway, socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(address_of(gateway.url))
        sock.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(0.5)
        sock.sendall(LOOK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        answers = read_to_end(sock)
        assert gateway.client.get("/openapi.json").content in answers
    assert statuses_of(answers) == [200, 200]


def test_the_time_a_reply_takes_is_not_the_senders() -> None:
    """The limit is on what comes in: a slow backend's reply may take longer than that."""
    with GraniteServer() as granite, pytest.MonkeyPatch.context() as patched:
        patched.setattr(protocol, "REQUEST_SECONDS", 0.3)
        with serving(granite) as gateway:
            gateway.wait_until_noticed(granite_interview_service="online")
            granite.mood, granite.delay = Mood.SLOW, 1.0
            desktop = Desktop(gateway).start(totalQuestions=1)
            time.sleep(0.5)  # longer idle than a request may take
            desktop.finish()
    assert desktop.said[0].startswith("Granite question 1")


@pytest.mark.alone
def test_slow_senders_keep_nobody_waiting_and_are_all_let_go(process: Process) -> None:
    """Hundreds that send a header a second, a byte of a body a second, also behind a request that
    is answered, or nothing."""
    beginnings = (
        b"GET /health HTTP/1.1\r\nHost: localhost\r\n",
        HEAD,
        HEAD + b"Content-Length: 99\r\n\r\n",
        LOOK + HALF,
        b"",
    )
    before = held_by(process.popen.pid) if CAN_COUNT else None

    def served() -> float:
        """The median time that a start takes, of 20."""
        took = []
        for _ in range(20):
            began = time.monotonic()
            assert process.client.post(START, json=json.loads(ENGINEER)).status_code == 200
            took.append(time.monotonic() - began)
        return sorted(took)[10]

    async def sender(number: int) -> int:
        beginning = beginnings[number % len(beginnings)]
        reader, writer = await asyncio.open_connection(*address_of(process.url))
        writer.write(beginning)
        reading = asyncio.create_task(until_closed(reader))
        more = b"1" if b"\r\n\r\n" in beginning else b"X-More: 1\r\n"
        while not reading.done():
            # No whole part of the limit: what is sent just as the other side closes has its
            # answer thrown away by the network, as for any client.
            await asyncio.wait([reading], timeout=0.8)
            if beginning and not reading.done():
                writer.write(more)
        writer.close()
        answer = await reading
        return statuses_of(answer)[-1] if answer else 0

    async def meanwhile() -> tuple[float, list[int]]:
        senders = [asyncio.create_task(sender(number)) for number in range(MANY)]
        await asyncio.sleep(2)  # all are connected and have sent something more
        assert not any(sender.done() for sender in senders)
        crowded = await asyncio.to_thread(served)
        async with asyncio.timeout(protocol.REQUEST_SECONDS + 20):
            return crowded, await asyncio.gather(*senders)

    alone = served()
    crowded, statuses = asyncio.run(meanwhile())
    # A machine of tests does other things too; to be kept waiting would take seconds.
    assert crowded < 5 * alone + 1
    assert set(statuses) <= {0, 408}
    assert statuses.count(408) > MANY / 2
    if before:
        after = held_at_rest(process.popen.pid, before)
        assert after.is_within(before), (before, after)


@pytest.mark.alone
def test_idle_connections_keep_nobody_waiting_and_are_closed(process: Process) -> None:
    async def idle(count: int) -> None:
        request = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
        opened = [await asyncio.open_connection(*address_of(process.url)) for _ in range(count)]
        for reader, writer in opened:
            writer.write(request)
            assert (await reader.read(12)).endswith(b" 200")
        watch = Stopwatch()
        status = (await asyncio.to_thread(process.client.get, "/health")).status_code
        assert (status, watch.seconds() < 1) == (200, True)
        async with asyncio.timeout(30):
            for reader, writer in opened:
                await reader.read()  # to its end: the gateway closed it
                writer.close()

    asyncio.run(idle(MANY))


# How many at once


@pytest.mark.alone
def test_hundreds_of_replies_that_wait_stop_neither_health_nor_each_other(tmp_path: Path) -> None:
    with ExitStack() as stack:
        granite = stack.enter_context(GraniteServer())
        granite.moods = {START: Mood.HANG}
        url = {VARIABLES[granite.name].upper(): granite.url}
        process = stack.enter_context(gateway_process(tmp_path, **url))
        request = (
            HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(ENGINEER) + ENGINEER
        )
        read_the_log(process)
        before = held_by(process.popen.pid) if CAN_COUNT else None

        async def start() -> tuple[bytes, float]:
            watch = Stopwatch()
            reader, writer = await asyncio.open_connection(*address_of(process.url))
            writer.write(request)
            answer = await reader.read()
            writer.close()
            return answer, watch.seconds()

        async def everybody() -> tuple[list[tuple[bytes, float]], list[float]]:
            starts = asyncio.gather(*(start() for _ in range(MANY)))
            waits = []
            while not starts.done():
                watch = Stopwatch()
                health = await asyncio.to_thread(process.client.get, "/health")
                waits.append(watch.seconds())
                assert health.status_code == 200
                await asyncio.sleep(0.05)
            return await starts, waits

        replies, waits = asyncio.run(everybody())
        assert [answer for answer, _ in replies if status_of(answer) != 200] == []
        assert granite.count(START) <= MAX_WAITING, "the others need not wait at all"
        # The contract says 5 s and 1 s; a machine of tests does other things too.
        assert max(took for _, took in replies) < 5 + 10
        assert max(waits) < 1 + 4
        if before:
            after = held_at_rest(process.popen.pid, before)
            assert after.is_within(before), (before, after)


LONG = ("\U0001f600 `code` <b>b</b> a@example.org\u202e https://example.org/x\n" * 300)[:10_000]
AT_ONCE = 36
READS = ("", "/events", "/session", "/transcript")
EXPORTS = ("/transcript?format=html", "/transcript?format=md", "/bundle")


@pytest.fixture(scope="module")
def long_ones(process: Process) -> list[str]:
    """Interviews as long as can be: one held here, and one adopted of a megabyte."""
    held = process.client.post(START, json={"role": "Data Analyst", "totalQuestions": 15}).json()
    while not held["isComplete"]:
        answer = {"session": held, "message": LONG}
        held = process.client.post("/api/v1/interviews/respond", json=answer).json()
    messages = [
        {"role": "system", "content": "You are an interviewer."},
        {"role": "user", "content": "Please start the interview."},
    ]
    for number in range(1, 16):
        question = f"Question {number}: What then? {LONG[:9000] * 6}"
        messages.append({"role": "assistant", "content": question})
        messages.append({"role": "user", "content": f"{number} {LONG[:9000]}"})
    config = {"role": "Software Engineer", "totalQuestions": 15}
    posted = {"config": config, "messages": messages[:-1], "currentQuestion": 15}
    body = {"session": posted | {"isComplete": False}, "message": "The end."}
    # As a desktop sends it: escaped, its emoji would take three times the bytes.
    content = json.dumps(body, ensure_ascii=False).encode()
    assert MAX_BODY_BYTES / 2 < len(content) < MAX_BODY_BYTES
    adopted = process.client.post(
        "/api/v1/interviews/respond", content=content, headers={"content-type": "application/json"}
    )
    assert adopted.status_code == 200, adopted.text[:300]
    return [held["interviewId"], adopted.json()["interviewId"]]


async def asked(process: Process, path: str) -> tuple[int, float]:
    """The status, and the seconds it took."""
    watch = Stopwatch()
    reader, writer = await asyncio.open_connection(*address_of(process.url))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return status_of(answer), watch.seconds()


@pytest.mark.alone
@pytest.mark.parametrize("of_it", [*READS, *EXPORTS])
def test_long_interviews_read_at_once_keep_nobody_waiting(
    process: Process, long_ones: list[str], of_it: str
) -> None:
    held, adopted = long_ones

    async def everybody() -> tuple[list[tuple[int, float]], list[float], float]:
        ids = (held, adopted) if of_it in READS else (held,)
        paths = [f"/api/v1/interviews/{id}{of_it}" for id in ids]
        reading = asyncio.gather(*(asked(process, path) for path in paths * AT_ONCE))
        waits = []
        reads = asyncio.create_task(asked(process, f"/api/v1/interviews/{held}/events"))
        while not reading.done():
            status, wait = await asked(process, "/health")
            assert status == 200
            waits.append(wait)
            await asyncio.sleep(0.01)
        return await reading, waits, (await reads)[1]

    replies, waits, read = asyncio.run(everybody())
    assert {status for status, _ in replies} == {200}
    # On a quiet machine 0.04 s; a machine of tests does other things too. It was 4 s and more.
    assert max(waits) < 1
    assert of_it in READS or read < 1, "who looks at a replay waits for no export"


# How much


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 15_000 + b"\r\n\r\n", 200),
        (b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 1_000_000, 400),
        (b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + b"X: x\r\n" * 100_000, 400),
        (b"GET /" + b"x" * 1_000_000, 400),
        (b"x" * 1_000_000, 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20, 400),
        (b"GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1, 2\r\n\r\n", 400),
        (
            b"GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
            + b"9" * 30
            + b"\r\n\r\n",
            400,
        ),
    ],
    ids=["long", "too long", "too many", "path", "no HTTP", "TLS", "two lengths", "huge length"],
)
def test_a_head_has_its_size(process: Process, head: bytes, status: int) -> None:
    with connected(process.url) as sock:
        try:
            sock.sendall(head)
            if status == 400:
                sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused before all of it was sent
        answer = read_to_end(sock) if status == 400 else sock.recv(65536)
    # What is refused while it still comes in may be cut off before its answer is read.
    assert status_of(answer) == status if answer else status == 400
    if answer and status == 400:
        assert b"application/problem+json" in answer
        assert b"cache-control: no-store" in answer.lower()


def test_the_largest_session_is_served_and_a_larger_one_refused(process: Process) -> None:
    """Fifteen questions and answers as long as they may be are well within a body."""
    session = process.client.post(START, json={"role": "Data Analyst", "totalQuestions": 15}).json()
    answer = "a" * 10_000
    while not session["isComplete"]:
        body = {"session": session, "message": answer}
        session = process.client.post("/api/v1/interviews/respond", json=body).json()
    size = len(json.dumps(session))
    assert 150_000 < size < MAX_BODY_BYTES / 2
    summary = process.client.post("/api/v1/interviews/summary", json={"session": session})
    assert summary.status_code == 200

    padded = {**session, "more": "x" * MAX_BODY_BYTES}
    refused = process.client.post("/api/v1/interviews/summary", json={"session": padded})
    assert (refused.status_code, refused.json()["type"]) == (413, "/problems/too-large")


@pytest.mark.alone
@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "user", "content": "x"}] * 20_000,
        [{"role": "user", "content": "x" * 1_000_000}],
        [1] * 500_000,
    ],
    ids=["many", "long", "no messages"],
)
def test_a_session_of_nonsense_costs_little(process: Process, messages: object) -> None:
    config = {"role": "Data Analyst"}
    session = {"config": config, "messages": messages, "currentQuestion": 1, "isComplete": False}
    watch = Stopwatch()
    response = process.client.post(
        "/api/v1/interviews/respond", json={"session": session, "message": "x"}
    )
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"].startswith("session.messages")
    assert len(response.content) < 10_000
    assert watch.seconds() < 2


@pytest.mark.alone
def test_more_slow_senders_than_descriptors_keep_nobody_waiting(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        beginning = ExitStack()
        process = beginning.enter_context(gateway_in_own_python(tmp_path))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    half = HEAD + b'Content-Length: 100\r\n\r\n{"ro'
    with beginning:
        read_the_log(process)
        for _ in range(MANY):
            sender = socket.create_connection(address_of(process.url), timeout=10)
            beginning.callback(sender.close)
            sender.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n" + half)
        time.sleep(1)
        for _ in range(10):
            watch = Stopwatch()
            reply = httpx.get(f"{process.url}/health", timeout=5, **PLAIN)
            assert reply.status_code == 200
            assert watch.seconds() < 1
        assert "out of system resource" not in process.printed
