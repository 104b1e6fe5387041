"""`python -m api.cli` is `interview-gateway`."""

from api.cli.app import app

app()
