"""`interview-gateway hold`, `release` and `forget`, without a gateway and beside one."""

import json
import ssl
from pathlib import Path

import pytest
import trustme

from statemachine.events import Fork
from statemachine.interview import replay
from tests.api.cli.conftest import Run, write
from tests.api.http.signin.people import BY_SECRET
from tests.api.http.signin.people import token as bearer
from tests.desktop import Desktop
from tests.eventlog.evidence import reading, rows
from tests.eventlog.interviews import AT, WHOLE, adopt, new_id
from tests.fakes import HealthOnlyServer
from tests.gateways import serving
from tests.processes import environment, gateway_process, run_in_terminal
from tests.processes import run as run_process

WHY = ("--reason", "The candidate asked for it.")


def kinds(path: Path) -> list[str]:
    return [row["kind"] for row in rows(path)]


def test_an_interview_is_held_released_and_forgotten(run: Run, path: Path) -> None:
    id = new_id()
    write(path, id, *WHOLE)
    assert f"On hold: interview {id}" in run("hold", "last", *WHY).stdout
    refused = run("forget", "last", *WHY, "--yes")
    assert (refused.exit_code, "is on hold" in refused.stderr) == (1, True)
    assert "Released" in run("release", "last", *WHY).stdout
    done = run("forget", id[:8], *WHY, "--yes").stdout
    assert "The log can still be verified. The words are overwritten in the log's files." in done
    assert kinds(path)[-3:] == ["interview-held", "interview-released", "content-forgotten"]
    assert run("forget", "last", *WHY, "--yes").exit_code == 0
    assert kinds(path).count("content-forgotten") == 1


def test_a_gateway_whose_callers_sign_in_is_sent_a_token(run: Run, path: Path) -> None:
    write(path, new_id(), *WHOLE)
    with serving(eventlog_url=f"sqlite:///{path}", **BY_SECRET) as gateway:
        hold = ("hold", "last", *WHY, "--gateway", gateway.url)
        for token, why in (("", "The request has no token"), (bearer("aud", "auditor"), "role")):
            result = run(*hold, env={"GATEWAY_TOKEN": token})
            assert result.exit_code == 1
            assert why in result.stderr
        held = run(*hold, env={"GATEWAY_TOKEN": bearer("ada", "admin")})
        assert held.exit_code == 0, held.stderr
    assert json.loads(rows(path)[-1]["payload"])["by"] == "ada"


@pytest.mark.parametrize("reason", ["", "x" * 501])
def test_a_reason_that_is_none_is_refused_in_a_line(run: Run, path: Path, reason: str) -> None:
    write(path, new_id(), *WHOLE)
    result = run("forget", "last", "--reason", reason, "--yes")
    assert result.exit_code != 0
    assert "Traceback" not in result.stderr
    assert "content-forgotten" not in kinds(path)


def test_forget_names_what_it_will_erase_and_asks(path: Path, tmp_path: Path) -> None:
    id = new_id()
    write(path, id, *WHOLE)
    env = environment(tmp_path)
    refused = run_in_terminal("forget", "last", *WHY, types="n\n", env=env, cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (1, "")
    *facts, question, outcome = refused.stderr.replace("]: ", "]:\n").splitlines()
    assert outcome == "Nothing was erased."
    assert [fact.split(maxsplit=1) for fact in facts] == [
        ["Interview:", id],
        ["Role:", "Data Analyst"],
        ["Started:", f"{AT:%Y-%m-%d %H:%M} UTC"],
        ["State:", "complete, 2 of 2 questions asked"],
        ["Answers:", "2"],
    ]
    assert question.startswith("Erase its words for ever? [y/N]:")
    assert "content-forgotten" not in kinds(path)
    agreed = run_in_terminal("forget", "last", *WHY, types="y\n", env=env, cwd=tmp_path)
    assert agreed.returncode == 0
    assert kinds(path)[-1] == "content-forgotten"


@pytest.mark.parametrize(("types", "code"), [("\x03", 130), ("y\x03", 130), ("\x04", 1)])
def test_ctrl_c_and_ctrl_d_at_the_question_stop_at_once(
    path: Path, tmp_path: Path, types: str, code: int
) -> None:
    write(path, new_id(), *WHOLE)
    env = environment(tmp_path)
    stopped = run_in_terminal("forget", "last", *WHY, types=types, env=env, cwd=tmp_path)
    assert (stopped.returncode, stopped.stdout) == (code, "")
    assert stopped.stderr.endswith("[y/N]: \nNothing was erased.\n")
    assert "content-forgotten" not in kinds(path)


def test_without_a_terminal_forget_refuses_unless_yes_is_given(run: Run, path: Path) -> None:
    id = new_id()
    write(path, id, *WHOLE)
    refused = run("forget", "last", *WHY)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert f"Interview: {id}" in refused.stderr
    assert "Give --yes to do it without being asked" in refused.stderr
    assert "content-forgotten" not in kinds(path)
    assert run("forget", "last", *WHY, "--yes").exit_code == 0
    assert kinds(path)[-1] == "content-forgotten"


def test_where_nothing_would_be_erased_forget_does_not_ask(run: Run, path: Path) -> None:
    write(path, new_id(), *WHOLE)
    run("hold", "last", *WHY)
    assert "is on hold" in run("forget", "last", *WHY).stderr
    run("release", "last", *WHY)
    run("forget", "last", *WHY, "--yes")
    assert run("forget", "last", *WHY).exit_code == 0


def test_beside_a_running_gateway_it_is_done_by_the_gateway(tmp_path: Path) -> None:
    env = environment(tmp_path)
    with gateway_process(tmp_path) as gateway:
        body = {"role": "Data Analyst", "totalQuestions": 1}
        session = gateway.client.post("/api/v1/interviews/start", json=body).json()
        del session["interviewId"]
        for answer in ("One way.", "Another way."):
            posted = {"session": session, "message": answer}
            gateway.client.post("/api/v1/interviews/respond", json=posted)
        fork, first = (
            row["interviewId"]
            for row in gateway.client.get("/api/v1/interviews").json()["interviews"]
        )
        there = ("--gateway", gateway.url, *WHY)
        assert run_process("hold", first[:8], *there, env=env, cwd=tmp_path).returncode == 0
        refused = run_process("forget", first[:8], *there, "--yes", env=env, cwd=tmp_path)
        assert (refused.returncode, "is on hold" in refused.stderr) == (1, True)
        assert run_process("release", first[:8], *there, env=env, cwd=tmp_path).returncode == 0
        done = run_process("forget", first[:8], *there, "--yes", env=env, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert f"Interview {fork} began with a session of it" in done.stdout
        assert "The words are overwritten" in done.stdout
        with reading(tmp_path / "interviews.db"):
            beside = run_process("forget", fork[:8], *there, "--yes", env=env, cwd=tmp_path)
        assert (beside.returncode, beside.stderr) == (0, "")
        assert "The log's files still contain them" in beside.stdout
        assert "tries again every few seconds" in beside.stdout
        assert "The words are overwritten" not in beside.stdout
    assert kinds(tmp_path / "interviews.db")[-1] == "content-forgotten"


def test_a_program_that_reads_the_log_is_waited_for_and_then_told_of(
    run: Run, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = new_id()
    write(path, id, *WHOLE)
    monkeypatch.setattr("api.cli.custody.OVERWRITE_SECONDS", 0.3)
    with reading(path):
        result = run("forget", "last", *WHY, "--yes")
    assert result.exit_code == 0
    assert "The log's files still contain the words, because a program" in result.stdout
    assert "Run the same command again later, or start the gateway" in result.stdout
    assert "The words are overwritten" in run("forget", "last", *WHY, "--yes").stdout


def test_a_gateway_with_another_log_is_not_asked(run: Run, path: Path, tmp_path: Path) -> None:
    with (
        serving(eventlog_url=f"sqlite:///{tmp_path}/other.db") as other,
        serving(eventlog_url=f"sqlite:///{path}") as own,
    ):
        Desktop(own).start(totalQuestions=1)
        Desktop(other).start(totalQuestions=1)
        result = run("forget", "last", "--gateway", other.url, *WHY, "--yes")
        assert (result.exit_code, "uses another event log" in result.stderr) == (1, True)
        nobody = run("forget", "last", "--gateway", "http://127.0.0.1:9", *WHY, "--yes")
        assert (nobody.exit_code, "no gateway answers at" in nobody.stderr) == (1, True)
        assert run("forget", "last", "--gateway", own.url, *WHY, "--yes").exit_code == 0


def test_forgetting_names_the_interviews_that_hold_the_words_still(run: Run, path: Path) -> None:
    first, copy = new_id(), new_id()
    write(path, first, *WHOLE)
    left = Fork(interview_id=first, version=2)
    session = replay(WHOLE[:2]).session
    write(path, copy, adopt(session, copy).model_copy(update={"forked_from": left}))
    assert f"Interview {copy} began with" in run("forget", first, *WHY, "--yes").stdout


def test_a_gateway_behind_tls_and_a_password_is_asked_with_both(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In front of it stands a proxy, here one that shows what it was asked."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    proxy = HealthOnlyServer("proxy")
    proxy.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(proxy.tls)
    with gateway_process(tmp_path) as gateway, proxy:
        gateway.client.post("/api/v1/interviews/start", json={"role": "Data Analyst"})
        url = f"https://me:s3cret@localhost:{proxy.port}"
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
        broken = run("hold", "last", "--gateway", url, *WHY)
        monkeypatch.delenv("SSL_CERT_FILE")
        untrusted = run("hold", "last", "--gateway", url, *WHY)
        assert proxy.requests == []
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        asked = run("hold", "last", "--gateway", url, *WHY)
    assert "SSL_CERT_FILE names no certificates" in broken.stderr
    assert "(Its certificate is not trusted" in untrusted.stderr
    assert "uses another event log" in asked.stderr, "the proxy knows no log"
    assert {request.headers["authorization"] for request in proxy.requests} == {
        "Basic bWU6czNjcmV0"
    }
    assert "s3cret" not in broken.stderr + untrusted.stderr + asked.stderr


def test_a_gateway_at_no_url_is_refused_without_its_password(run: Run, tmp_path: Path) -> None:
    with gateway_process(tmp_path) as gateway:
        gateway.client.post("/api/v1/interviews/start", json={"role": "Data Analyst"})
        result = run("hold", "last", "--gateway", "me:s3cret@[::1", *WHY)
    assert result.exit_code == 1
    assert "--gateway must be a URL like" in result.stderr
    assert "s3cret" not in result.stderr


@pytest.mark.parametrize("action", ["hold", "release", "forget"])
def test_a_log_that_the_environment_names_wrongly_is_not_blamed_on_an_option(
    run: Run, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    monkeypatch.setenv("EVENTLOG_URL", "mysql://me:secret@host/db")
    result = run(action, "last", "--reason", "Asked.")
    assert result.exit_code == 1
    assert "set EVENTLOG_URL to" in result.stderr
    assert "--log" not in result.stderr
    assert "secret" not in result.stderr
