"""`python -m api.cli` is `interview-gateway`."""

from interview_gateway import main

main()
