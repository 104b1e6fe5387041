"""The first step of docs/desktop.md: the setting that lets Vite in, and the log without it."""

import re
from pathlib import Path

import pytest

from api.settings import load_settings
from tests.gateways import serving

DOCUMENT = (Path(__file__).parents[2] / "docs" / "desktop.md").read_text(encoding="utf-8")
VITE = {"origin": "http://localhost:5173"}


def block(language: str) -> str:
    [found] = re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_line_for_the_env_file_lets_vite_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(block("dotenv"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ALLOWED_ORIGINS", raising=False)
    with serving(allowed_origins=load_settings().allowed_origins) as gateway:
        answer = gateway.client.get("/health", headers=VITE)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == VITE["origin"]


def test_without_it_the_gateway_logs_the_line_that_is_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with serving() as gateway:
        assert gateway.client.get("/health", headers=VITE).status_code == 403
    logged = [f"{record.levelname} {record.getMessage()}\n" for record in caplog.records]
    assert block("text") in logged


def test_it_is_the_first_step() -> None:
    assert DOCUMENT.index("```dotenv") == DOCUMENT.index("```")
