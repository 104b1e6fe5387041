"""The links of the OpenAPI document: which request can follow an answer, and which parts of the
answer it takes. They show a person the way through an interview, and a test tool follows them."""

from typing import Any

INTERVIEWS = "/api/v1/interviews"
INTERVIEW = f"{INTERVIEWS}/{{interviewId}}"

Document = dict[str, Any]
Link = dict[str, Any]


def add_links(document: Document) -> None:
    """Put the links into `document`, which has the operations and their answers."""
    whole = _with_session(document, "$response.body") | _of_interview(
        document, "$response.body#/interviewId"
    )
    logs_own = _with_session(document, "$response.body#/session")
    of_overview = _of_interview(document, "$response.body#/interviewId")
    first_listed = _of_interview(document, "$response.body#/interviews/0/interviewId")
    with_model = {
        "start": {
            "operationId": _id_of(document, "post", f"{INTERVIEWS}/start"),
            "requestBody": {"model": "$response.body#/models/0/id"},
            "description": "Set up an interview that is held with the first of these models.",
        }
    }
    for method, path, status, links in (
        ("get", "/api/v1/models", "200", with_model),
        ("post", f"{INTERVIEWS}/start", "200", whole),
        ("post", f"{INTERVIEWS}/start", "409", logs_own),
        ("post", f"{INTERVIEWS}/respond", "200", whole),
        ("post", f"{INTERVIEWS}/respond", "409", logs_own),
        ("post", f"{INTERVIEWS}/summary", "409", logs_own),
        ("get", INTERVIEWS, "200", first_listed),
        ("get", INTERVIEW, "200", logs_own | of_overview),
        ("get", f"{INTERVIEW}/session", "200", whole),
        ("post", f"{INTERVIEW}/hold", "200", of_overview),
        ("post", f"{INTERVIEW}/release", "200", of_overview),
        ("delete", INTERVIEW, "200", of_overview),
    ):
        document["paths"][path][method]["responses"][status]["links"] = links


def _with_session(document: Document, session: str) -> dict[str, Link]:
    """The requests that take the session at the expression `session`."""
    return {
        name: {
            "operationId": _id_of(document, "post", f"{INTERVIEWS}/{name}"),
            "requestBody": {"session": session},
            "description": description,
        }
        for name, description in (
            ("respond", "Post the session as it came, and the answer to the question beside it."),
            ("summary", "Post the session as it came."),
        )
    }


def _of_interview(document: Document, id: str) -> dict[str, Link]:
    """The requests about the interview whose id is at the expression `id`."""
    return {
        name: {
            "operationId": _id_of(document, method, path),
            "parameters": {"interviewId": id},
        }
        for name, method, path in (
            ("interview", "get", INTERVIEW),
            ("events", "get", f"{INTERVIEW}/events"),
            ("session", "get", f"{INTERVIEW}/session"),
            ("transcript", "get", f"{INTERVIEW}/transcript"),
            ("bundle", "get", f"{INTERVIEW}/bundle"),
            ("hold", "post", f"{INTERVIEW}/hold"),
            ("release", "post", f"{INTERVIEW}/release"),
            ("forget", "delete", INTERVIEW),
        )
    }


def _id_of(document: Document, method: str, path: str) -> str:
    id: str = document["paths"][path][method]["operationId"]
    return id
