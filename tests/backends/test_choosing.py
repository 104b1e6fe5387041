"""Which of a kit's questions are asked, with a job description or a CV and without."""

import json
import random
import subprocess
import sys
from dataclasses import replace
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.kits.library import Kits
from backends.templates import Templates
from backends.templates.choosing import chosen, spread, stems_in
from statemachine.brief import Brief
from statemachine.roles import SOFTWARE_ENGINEER
from tests.backends.interviews import turn

KITS = Kits()
ENGINEER = KITS.get("software-engineer").kit
SPREAD_5 = (0, 4, 7, 10, 14)

MIGRATIONS = (
    "You will own the migrations of our database schema while the service keeps running. You are "
    "on call for production incidents and look into what is slow. We offer flexible hours."
)


def asked(kit: str, total: int = 5, **told: str) -> tuple[int, ...]:
    return chosen(KITS.get(kit).kit, Brief(**told), total)


@pytest.mark.parametrize("brief", [None, Brief(), Brief(candidate_name="Ada", language="de")])
def test_without_a_job_or_a_cv_they_are_spread(brief: Brief | None) -> None:
    assert chosen(ENGINEER, brief, 5) == SPREAD_5
    assert chosen(ENGINEER, brief, 1) == (5,)
    assert chosen(ENGINEER, brief, 15) == tuple(range(15))


def test_what_the_job_is_about_is_asked() -> None:
    # Of what was slow, of an incident, of moving a service to a new schema.
    assert {8, 10, 12} <= set(asked("software-engineer", job_description=MIGRATIONS))
    assert asked("software-engineer", 1, job_description="Move our database schema.") == (12,)


def test_a_cv_counts_too() -> None:
    cv = "I designed an API that other teams build on, and hid the data model behind it."
    assert 7 in asked("software-engineer", 2, cv=cv)


@pytest.mark.parametrize(
    ("kit", "told", "place"),
    [
        ("nurse", "You work at night with confused patients and few staff.", 11),
        ("software-engineer-de", "Sie sind für Störungen im laufenden Betrieb zuständig.", 10),
        ("software-engineer-zh", "负责线上故障处理。", 10),
        ("software-engineer-hi", "आप डेटाबेस ढाँचे सँभालेंगे।", 12),
        ("software-engineer-ar", "تنتقل خدمات كثيرة الاستخدام لقاعدة جديدة", 12),
    ],
)
def test_it_does_so_in_any_language(kit: str, told: str, place: int) -> None:
    assert place in asked(kit, 3, job_description=told)


def test_what_has_nothing_to_do_with_the_kit_changes_nothing() -> None:
    assert asked("software-engineer", job_description="Wir backen Brot.") == SPREAD_5
    assert asked("software-engineer", job_description="The and of you with 12 !?") == SPREAD_5


@given(st.text(min_size=1, max_size=200).filter(str.strip), st.integers(1, 20))
def test_each_is_asked_once_and_they_go_from_easy_to_hard(text: str, total: int) -> None:
    text = text.encode(errors="replace").decode().replace("\0", "?")
    found = chosen(ENGINEER, Brief(job_description=text, cv=MIGRATIONS), total)
    assert len(found) == total
    if total <= 15:
        assert list(found) == sorted(set(found))
    else:
        assert found == tuple(spread(number, total, 15) for number in range(1, total + 1))


def test_the_same_is_chosen_in_every_process() -> None:
    code = (
        "from tests.backends.test_choosing import *; import json;"
        "print(json.dumps(asked('software-engineer', job_description=MIGRATIONS)))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert [tuple(json.loads(each)) for each in found] == [
        asked("software-engineer", job_description=MIGRATIONS)
    ]


def test_signs_of_vowels_belong_to_their_word() -> None:
    assert stems_in("हिन्दी में।") == ["हिन्दी", "में"]
    assert stems_in("数据库, SQL") == ["数据", "据库", "sql"]


def test_it_takes_no_time() -> None:
    words = random.Random(1).choices(MIGRATIONS.split(), k=4_000)
    long = Brief(job_description=" ".join(words)[:20_000], cv=" ".join(words)[:20_000])
    chosen(ENGINEER, long, 15)
    began = process_time()
    for _ in range(20):
        chosen(ENGINEER, long, 14)
    assert (process_time() - began) / 20 < 0.01  # 2 ms on a machine with nothing else to do


def test_the_interviewer_asks_them() -> None:
    said: list[str] = []
    brief = Brief(job_description=MIGRATIONS)
    for number in range(1, 4):
        due = replace(turn(number, total=3, role=SOFTWARE_ENGINEER, said=said), brief=brief)
        said.append(Templates().reply(due))
    for place, words in zip(chosen(ENGINEER, brief, 3), said, strict=True):
        assert ENGINEER.questions[place].text in words
