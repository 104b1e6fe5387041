"""Which worker runs which tests, and when."""

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

ALONE = "alone"

PAGE = "tests/page/"
"""The tests that share a browser, as long as a worker runs one after the other."""

LONGEST = (
    "tests/client/test_streams.py",
    "tests/reliability/test_openapi.py",
    "tests/model/test_interviews.py",
    "tests/reliability/test_limits.py",
    "tests/page/test_streaming.py",
    "tests/page/test_interview.py",
    "tests/reliability/test_log_attacks.py",
    "tests/reliability/test_backends.py",
    "tests/client/test_client.py",
    "tests/page/test_setup.py",
    "tests/api/usecases/test_many_gateways.py",
    "tests/page/test_replay.py",
    "tests/page/test_streaming_gateway.py",
    "tests/page/test_looks.py",
    "tests/docs/test_shell_blocks.py",
    "tests/reliability/test_many_gateways.py",
    "tests/api/http/test_streaming.py",
    "tests/reliability/test_browser.py",
    "tests/reliability/test_log_places.py",
    "tests/model/test_prefix.py",
    "tests/page/test_history.py",
    "tests/api/http/test_verify.py",
    "tests/backends/shared/test_redis.py",
    "tests/page/test_forgotten.py",
    "tests/eventlog/test_contract.py",
    "tests/reliability/test_crash.py",
    "tests/page/test_lasting.py",
    "tests/reliability/test_network_faults.py",
    "tests/reliability/test_statuses.py",
    "tests/page/test_candidates.py",
    "tests/page/test_frame.py",
    "tests/page/test_audit.py",
    "tests/reliability/test_hostile_text.py",
    "tests/page/test_asides.py",
    "tests/page/test_languages.py",
    "tests/api/cli/test_completion.py",
    "tests/backends/test_chain.py",
    "tests/api/usecases/test_contradictions.py",
    "tests/api/cli/test_imports.py",
    "tests/test_workers.py",
    "tests/eventlog/postgres/test_outages.py",
    "tests/test_processes.py",
    "tests/api/cli/test_changed_log.py",
    "tests/reliability/test_crash_many.py",
    "tests/api/http/test_unrecorded_replies.py",
    "tests/reliability/test_clients.py",
    "tests/reliability/test_listeners.py",
    "tests/page/test_kits.py",
)
"""The modules that take longest, which begin first: else one worker would be left with one of them
when the others are done."""


def next_scope(waiting: Collection[str], begun: Sequence[str]) -> str:
    """Which of the scopes that are `waiting` a worker takes that has `begun` others."""
    scopes = [scope for scope in (*LONGEST, *waiting) if scope in waiting and scope != ALONE]
    if begun:
        # A browser and its driver take 1.5 s of a core to begin.
        scopes.sort(key=lambda scope: scope.startswith(PAGE) != begun[-1].startswith(PAGE))
    return scopes[0] if scopes else ALONE


class ByModule(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Gives each worker whole modules, so that what a module's tests share is made once. A worker
    that has begun a browser goes on with the page's tests, and the others take those when nothing
    else is left. The tests that are to run alone come last, when there is one worker left."""

    def __init__(self, config: pytest.Config, log: Any, told: Path) -> None:
        super().__init__(config, log)
        self._told = told
        self._alone: set[str] = set()

    def schedule(self) -> None:
        self._alone.update(*(json.loads(file.read_text()) for file in self._told.iterdir()))
        super().schedule()

    def _split_scope(self, nodeid: str) -> str:
        return ALONE if nodeid in self._alone else nodeid.partition("::")[0]

    def _assign_work_unit(self, node: WorkerController) -> None:
        scope = next_scope(self.workqueue, [*self.assigned_work[node]])
        if scope != ALONE or len(self.assigned_work) == 1:
            self.workqueue.move_to_end(scope, last=False)
            super()._assign_work_unit(node)
        elif any(not other.shutting_down for other in self.assigned_work if other is not node):
            node.shutdown()
        # Else the node is the last that takes work, and waits until the others have ended.

    def remove_node(self, node: WorkerController) -> str | None:
        crashed: str | None = super().remove_node(node)
        for left in self.nodes:
            self._reschedule(left)
        return crashed
