"""Interviews, conducted when this is imported.

The server that forks (`forked.py`) imports this before it does. What a first interview loads and
builds then is there in each process that it forks: 0.4 s of a core in each gateway that conducts
one. It leaves no thread and no file open behind, so that forking stays safe.
"""

import gc
import tempfile

from tests.desktop import Desktop
from tests.fakes import ConversationServer, GraniteServer, OllamaServer
from tests.gateways import serving

with tempfile.TemporaryDirectory() as folder:
    for kind in (GraniteServer, ConversationServer, OllamaServer):
        log = f"sqlite:///{folder}/{kind.name}.db"
        with kind() as service, serving(service, eventlog_url=log) as gateway:
            gateway.wait_until_noticed(**{kind.name: "online"})
            desktop = Desktop(gateway).start(totalQuestions=1)
            desktop.finish()
            desktop.sum_up()
            gateway.get(f"/api/v1/interviews/{desktop.interview_id}").raise_for_status()
            gateway.get("/api/v1/models").raise_for_status()
gc.collect()  # a forked process keeps what is here for good
