"""Whatever several clients do at once, retry, forge or forget, and whenever the gateway dies:
the log holds what was acknowledged, once. See `clients.py` for a longer run."""

import os

from tests.reliability.clients import Clients, profile

EXAMPLES = int(os.environ.get("RELIABILITY_EXAMPLES", "0"))

TestClients = Clients.TestCase
TestClients.settings = profile(EXAMPLES or 24, 50, again=not EXAMPLES)
