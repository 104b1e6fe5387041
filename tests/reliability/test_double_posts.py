"""The short run of `python -m tests.bench.double_posts`: each move at two gateways at once."""

from pathlib import Path

from tests.bench.double_posts import double_posts
from tests.postgres import cluster, needs_postgres

POSTS = 60


@needs_postgres
def test_what_is_posted_to_two_gateways_at_once_is_asked_and_recorded_once(tmp_path: Path) -> None:
    result = double_posts(tmp_path, cluster(), posts=POSTS, clients=4, seed=20261128)
    assert result.findings == []
    assert (result.posts, result.asked) == (POSTS, POSTS)
    assert result.streams > 0
