"""`python -m api` is `interview-gateway`."""

from interview_gateway import main

main()
