# A package of interview-gateway; its command knows it by this line.
"""The gateway's edge: HTTP, the command line and the settings. It wires everything together.

`app.create_app` builds a gateway from settings; nothing happens at import, and two
gateways can live in one process.
"""

from importlib.metadata import version

__version__ = version("interview-gateway")
