"""Makes the recordings that every later release is held against.

    python -m tests.recordings.make

`schema-3/` holds interviews of every role and kind of ending, conducted over HTTP by the code
that writes schema 3 (some by a fake model, some by the templates); beside each, in `sessions/`,
the last session its client was sent, byte for byte. `schema-1/` and `schema-2/` hold the interviews
of the logs that the code of those schemas wrote, in `tests/eventlog/sqlite/logs/`.

A released schema's recordings are never made again: they are what was written then. So this
refuses to overwrite anything. When a migration is added and released, give its schema a folder.
"""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from eventlog.bundle import bundle_of
from eventlog.protocol import ReadableLog
from eventlog.sqlite.log import SqliteEventLog
from statemachine.commands import give_answer
from tests.desktop import Desktop
from tests.fakes import GraniteServer, Mood
from tests.gateways import Served, serving

FOLDER = Path(__file__).parent
LOGS = FOLDER.parent / "eventlog" / "sqlite" / "logs"
EXPORTED_AT = datetime(2026, 11, 24, tzinfo=UTC)

Scene = Callable[[Served, GraniteServer], Desktop]


def all_answered(gateway: Served, _: GraniteServer) -> Desktop:
    desktop = Desktop(gateway).start("Data Analyst", totalQuestions=3)
    desktop.finish()
    return desktop


def closed_by_the_interviewer(gateway: Served, granite: GraniteServer) -> Desktop:
    desktop = Desktop(gateway).start("Product Manager", totalQuestions=4)
    desktop.answer("I would ask ten of them.")
    granite.mood = Mood.CLOSES_EARLY
    desktop.answer("I would rather not go on.")
    return desktop


def unfinished(gateway: Served, _: GraniteServer) -> Desktop:
    desktop = Desktop(gateway).start("Software Engineer", totalQuestions=5)
    desktop.answer("Zwei Jahre Python – und davor \u201cnur\u201d C. 🙂\n\n\tMit Tests.")
    return desktop


def summed_up(gateway: Served, granite: GraniteServer) -> Desktop:
    """In the middle by the model, and at the end by the templates."""
    desktop = Desktop(gateway).start("Software Engineer", totalQuestions=2)
    desktop.sum_up()
    granite.mood = Mood.ERROR_500
    desktop.finish()
    desktop.sum_up()
    return desktop


def adopted(gateway: Served, _: GraniteServer) -> Desktop:
    desktop = _from_elsewhere(Desktop(gateway).start("Product Manager", totalQuestions=2))
    desktop.finish()
    return desktop


def adopted_complete(gateway: Served, _: GraniteServer) -> Desktop:
    there = Desktop(gateway).start("Data Analyst", totalQuestions=1)
    there.finish()
    desktop = _from_elsewhere(there)
    desktop.sum_up()
    overview = gateway.get("/api/v1/interviews", limit=1).json()["interviews"][0]
    desktop.session = {**desktop.session, "interviewId": overview["interviewId"]}
    return desktop


def interrupted(gateway: Served, _: GraniteServer) -> Desktop:
    """As after kill -9: the answer is in the log, its reply is not."""
    desktop = Desktop(gateway).start("Data Analyst", totalQuestions=2)
    log = gateway.app.state.gateway.log
    answered = give_answer("And then the power went.")
    asyncio.run(log.append(desktop.interview_id, 2, [answered], EXPORTED_AT))
    return desktop


def refused_and_held(gateway: Served, _: GraniteServer) -> Desktop:
    desktop = Desktop(gateway).start("Product Manager", totalQuestions=2)
    forged = {**desktop.session, "config": {**desktop.session["config"], "model": "other"}}
    refused = gateway.post("/api/v1/interviews/respond", {"session": forged, "message": "Hm."})
    assert refused.status_code == httpx.codes.CONFLICT
    path = f"/api/v1/interviews/{desktop.interview_id}"
    gateway.post(f"{path}/hold", {"reason": "A court asks for it."})
    desktop.answer("With numbers.")
    gateway.post(f"{path}/release", {"reason": "The court is done."})
    desktop.answer("With care.")
    return desktop


SCENES: dict[str, tuple[bool, Scene]] = {
    "all-answered-by-a-model": (True, all_answered),
    "all-answered-by-templates": (False, all_answered),
    "closed-by-the-interviewer": (True, closed_by_the_interviewer),
    "unfinished": (False, unfinished),
    "summed-up": (True, summed_up),
    "adopted": (False, adopted),
    "adopted-complete": (False, adopted_complete),
    "interrupted": (False, interrupted),
    "refused-and-held": (False, refused_and_held),
}
"""By name: whether a (fake) model speaks, and what happens."""


def _from_elsewhere(desktop: Desktop) -> Desktop:
    """A client with this session, but of a gateway whose log is lost."""
    first, *others = desktop.session["messages"]
    prompt = {**first, "content": "You are an interviewer of long ago."}
    session = {**desktop.session, "messages": [prompt, *others]}
    del session["interviewId"]
    return Desktop(desktop.gateway, session=session)


def make_schema_3(folder: Path) -> None:
    for name, (has_model, scene) in SCENES.items():
        with GraniteServer() as granite:
            services = [granite] if has_model else []
            with serving(*services) as gateway:
                if has_model:
                    gateway.wait_until_noticed(granite_interview_service="online")
                sent = _sessions_sent(gateway)
                desktop = scene(gateway, granite)
                log = gateway.app.state.gateway.log
                asyncio.run(_export(log, desktop.interview_id, folder / f"{name}.json"))
        if json.loads(sent[-1])["interviewId"] == desktop.interview_id:
            _write(folder / "sessions" / f"{name}.json", sent[-1])


def make_from_a_log(folder: Path) -> None:
    """The recordings of an older schema, of the log that its code wrote."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "interviews.db"
        shutil.copy(LOGS / f"{folder.name}.sqlite", copy)
        asyncio.run(_export_all(copy, folder))


def _sessions_sent(gateway: Served) -> list[bytes]:
    """Filled with every session that the gateway sends from now on, as it sends it."""
    sent: list[bytes] = []

    def keep(response: httpx.Response) -> None:
        is_session = response.url.path.endswith(("/start", "/respond"))
        if is_session and response.status_code == httpx.codes.OK:
            sent.append(response.read())

    gateway.client.event_hooks["response"].append(keep)
    return sent


async def _export_all(path: Path, folder: Path) -> None:
    log = SqliteEventLog(path)
    try:
        for number, row in enumerate(reversed((await log.overviews(limit=100)).rows), 1):
            role = str(row.role).lower().replace(" ", "-")
            adopted = "-adopted" if row.adopted else ""
            name = f"{number}-{role}-{row.state}{adopted}.json"
            await _export(log, row.interview_id, folder / name)
    finally:
        await log.close()


async def _export(log: ReadableLog, id: str, file: Path) -> None:
    bundle: dict[str, Any] = await bundle_of(log, id, exported_at=EXPORTED_AT)
    text = json.dumps(bundle, ensure_ascii=False, indent=1) + "\n"
    _write(file, text.encode())


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(exist_ok=True)
    with file.open("xb") as new:
        new.write(content)
    print(file.relative_to(FOLDER))


def main() -> None:
    makers = {
        "schema-1": make_from_a_log,
        "schema-2": make_from_a_log,
        "schema-3": make_schema_3,
    }
    for schema, make in makers.items():
        folder = FOLDER / schema
        if folder.exists():
            print(f"{schema} is there already and stays as it is")
            continue
        folder.mkdir()
        make(folder)


if __name__ == "__main__":
    main()
