# A package of interview-gateway; its command knows it by this line.
"""The gateway's edge: HTTP, the command line and the settings. It wires everything together.

`app.create_app` builds a gateway from settings; nothing happens at import, and two
gateways can live in one process.
"""

__version__: str


def __getattr__(name: str) -> str:
    """Look `__version__` up when it is asked for: it takes 30 ms, and most commands never ask."""
    if name == "__version__":
        from importlib.metadata import version

        return version("interview-gateway")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
