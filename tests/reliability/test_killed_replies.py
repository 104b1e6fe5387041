"""The short run of `python -m tests.bench.kill_replies`: a gateway that is killed in mid-reply."""

from pathlib import Path

import pytest

from tests.bench.kill_replies import LIMIT, kill_replies

KILLS = 5


@pytest.mark.alone
def test_words_that_were_shown_outlive_the_gateway_and_interviews_go_on(tmp_path: Path) -> None:
    result = kill_replies(tmp_path, kills=KILLS, clients=3, seed=20261127)
    assert result.findings == []
    assert result.kills == KILLS
    assert result.in_mid_reply > KILLS
    assert result.oldest_lost <= LIMIT
    assert result.interviews >= 3
