"""The table of docs/team.md, from `ACCESS`: python -m tests.docs.access_table"""

from api.http.signin.access import ACCESS
from api.usecases.callers import CallerRole

OPEN = "open to all"


def access_table() -> str:
    """Return the table in Markdown: a row for each endpoint, a column for each role."""
    rows = [["endpoint", *CallerRole], ["---"] * 5]
    for endpoint, allowed in ACCESS.items():
        may = [OPEN] * 4 if allowed is None else ["yes" * (r in allowed) for r in CallerRole]
        rows.append([f"`{endpoint}`", *may])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    print(access_table())
