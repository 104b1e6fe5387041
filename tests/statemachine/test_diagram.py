"""The state machine's picture in the docs."""

import re
import runpy
from pathlib import Path

import pytest

import statemachine.diagram
from statemachine.diagram import mermaid
from statemachine.events import KIND_OF
from statemachine.rules import RULES
from statemachine.states import State

DOCS = Path(__file__).parents[2] / "docs"
HOW_TO_DRAW = "draw it anew: python -m statemachine.diagram > docs/statemachine.mmd"


def test_the_diagram_in_the_docs_is_drawn_from_the_table() -> None:
    drawn = (DOCS / "statemachine.mmd").read_text(encoding="utf-8")
    assert drawn == mermaid(), HOW_TO_DRAW


def test_the_page_about_the_machine_shows_the_same_diagram() -> None:
    page = (DOCS / "statemachine.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{mermaid()}```\n" in page, f"{HOW_TO_DRAW}, and copy it here"


def test_every_rule_is_in_the_diagram_with_its_guards() -> None:
    arrows = dict(
        line.strip().split(": ") for line in mermaid().splitlines() if re.search("-->.*:", line)
    )
    for rule in RULES:
        guards = " & ".join(guard.__name__ for guard in rule.guards)
        label = KIND_OF[rule.event] + (f" [{guards}]" if guards else "")
        assert label in arrows[f"{rule.source} --> {rule.target}"].split(" | ")


def test_every_state_is_in_the_diagram() -> None:
    for state in State:
        assert f'state "{state}" as {state}' in mermaid()


def test_the_module_prints_the_diagram(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(statemachine.diagram.__file__, run_name="__main__")
    assert capsys.readouterr().out == mermaid()
