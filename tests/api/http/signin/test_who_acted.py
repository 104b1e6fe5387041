"""The log says who did it: started, held, released, exported, erased."""

import json
import runpy
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.api.http.signin.people import BY_SECRET, signed_in, token
from tests.desktop import FOUR_FIELDS, Desktop
from tests.gateways import Served, serving

INTERVIEWS = "/api/v1/interviews"
CHECKER = Path(__file__).parents[4] / "docs/verify_bundle.py"
REASON = {"reason": "A court asks."}

Person = Callable[..., Served]


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    """A gateway, for whoever has this name and these roles."""
    url = f"sqlite:///{tmp_path_factory.mktemp('acted')}/interviews.db"
    with serving(eventlog_url=url, **BY_SECRET) as gateway, ExitStack() as stack:
        yield lambda name, *roles: stack.enter_context(signed_in(gateway, token(name, *roles)))


def events(staff: Served, id: str) -> list[tuple[str, dict[str, Any] | None]]:
    found = staff.get(f"{INTERVIEWS}/{id}/events").json()["events"]
    return [(event["kind"], event["payload"]) for event in found]


def assert_verifies(admin: Served) -> None:
    lines = admin.client.post("/api/v1/audit/verify").text.splitlines()
    assert json.loads(lines[-1])["holds"] is True, lines[-1]


def test_each_act_names_who_did_it(person: Person) -> None:
    ann, ada, aud = person("ann"), person("ada", "admin"), person("aud", "auditor")
    id = Desktop(ann).start().interview_id
    path = f"{INTERVIEWS}/{id}"
    assert ada.post(f"{path}/hold", REASON).json()["onHold"] is True
    assert ada.post(f"{path}/release", REASON).json()["onHold"] is False
    for format in ("md", "html", "json"):
        assert aud.get(f"{path}/transcript", format=format).status_code == 200
    bundle = aud.get(f"{path}/bundle")
    acted = events(aud, id)[2:]
    assert events(aud, id)[0][1] is not None
    assert events(aud, id)[0][1]["startedBy"] == "ann"  # type: ignore[index]
    assert acted == [
        ("interview-held", {"reason": "A court asks.", "by": "ada"}),
        ("interview-released", {"reason": "A court asks.", "by": "ada"}),
        ("interview-exported", {"format": "md", "by": "aud"}),
        ("interview-exported", {"format": "html", "by": "aud"}),
        ("interview-exported", {"format": "bundle", "by": "aud"}),
    ]
    assert len(bundle.json()["events"]) == 7  # the copy tells of itself
    written = aud.get(f"{path}/transcript", format="md").text
    assert "By “ann”" in written
    assert "By “aud”" in written
    assert_verifies(ada)


def test_who_erased_the_words_and_who_has_a_copy_outlive_them(person: Person) -> None:
    ann, ada = person("ann"), person("ada", "admin")
    id = Desktop(ann).start().interview_id
    assert ada.get(f"{INTERVIEWS}/{id}/bundle").status_code == 200
    assert ada.client.delete(f"{INTERVIEWS}/{id}", params={"reason": "Asked"}).status_code == 200
    (_, started), *_, exported, (_, forgotten) = events(ada, id)
    assert started is None
    assert exported == ("interview-exported", {"format": "bundle", "by": "ada"})
    assert forgotten is not None
    assert forgotten["by"] == "ada"
    # A copy without words is nobody's: nothing follows the forgetting.
    copy = ada.get(f"{INTERVIEWS}/{id}/bundle").json()
    assert copy["events"][-1]["kind"] == "content-forgotten"
    assert_verifies(ada)


def test_whose_an_interview_was_is_gone_from_the_files_with_its_words(tmp_path: Path) -> None:
    sub = "somebody-who-wants-to-be-forgotten"
    with (
        serving(eventlog_url=f"sqlite:///{tmp_path}/interviews.db", **BY_SECRET) as gateway,
        signed_in(gateway, token("ada", "admin")) as ada,
        signed_in(gateway, token(sub)) as candidate,
    ):
        desktop = Desktop(candidate).start()
        desktop.answer("Forget me.")
        assert sub.encode() in b"".join(file.read_bytes() for file in tmp_path.iterdir())
        erased = ada.client.delete(f"{INTERVIEWS}/{desktop.interview_id}")
        assert erased.json()["overwritten"] is True
        assert sub.encode() not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


@pytest.mark.parametrize("is_forgotten", [False, True])
def test_the_checker_of_bundles_knows_who_acted(
    person: Person, is_forgotten: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ann, ada = person("ann"), person("ada", "admin")
    desktop = Desktop(ann).start()
    path = f"{INTERVIEWS}/{desktop.interview_id}"
    ada.get(f"{path}/bundle")
    desktop.answer("After the copy.")
    ada.post(f"{path}/hold", REASON)
    ada.post(f"{path}/release", REASON)
    if is_forgotten:
        ada.client.delete(path)
    file = tmp_path / "bundle.json"
    file.write_text(ada.get(f"{path}/bundle").text)
    main = runpy.run_path(str(CHECKER))["main"]
    assert main([str(file), "--show"]) == 0
    printed = capsys.readouterr().out
    assert "interview-exported" in printed
    assert "    ada\n" in printed


def test_a_session_that_staff_bring_names_who_brought_it(person: Person) -> None:
    bob = person("bob", "interviewer")
    started = Desktop(bob).start().session
    session = {name: started[name] for name in FOUR_FIELDS}
    words = [*session["messages"][:-1], {"role": "assistant", "content": "Question 1: Who?"}]
    session["messages"] = words
    response = bob.post(f"{INTERVIEWS}/respond", {"session": session, "message": "I."})
    (kind, payload), *_ = events(bob, response.json()["interviewId"])
    assert kind == "session-adopted"
    assert payload is not None
    assert payload["startedBy"] == "bob"


def test_while_sign_in_is_off_nobody_is_named_and_no_copy_recorded() -> None:
    with serving() as gateway:
        id = Desktop(gateway).start().interview_id
        gateway.post(f"{INTERVIEWS}/{id}/hold", REASON)
        gateway.get(f"{INTERVIEWS}/{id}/bundle")
        gateway.get(f"{INTERVIEWS}/{id}/transcript", format="md")
        (_, started), _, *rest = events(gateway, id)
        assert started is not None
        assert "startedBy" not in started
        assert rest == [("interview-held", {"reason": "A court asks."})]


def test_an_assessment_is_by_whoever_signed_in_and_no_candidates(person: Person) -> None:
    ann, ina, aud = person("ann"), person("ina", "interviewer"), person("aud", "auditor")
    desktop = Desktop(ann).start(totalQuestions=2)
    desktop.answer("I measured it.")
    path = f"{INTERVIEWS}/{desktop.interview_id}/assessments"
    own = {"by": "Somebody else", "criteria": [{"id": "debugging", "note": "Ask again."}]}
    assert ina.post(path, own).json()["by"] == "ina"
    assert [one["by"] for one in aud.get(path).json()["assessments"]] == ["ina"]
    assert aud.post(path, own).status_code == 403
    assert (ann.post(path, own).status_code, ann.get(path).status_code) == (403, 403)
