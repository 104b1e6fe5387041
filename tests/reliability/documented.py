"""What the OpenAPI document says, as something that answers are held to."""

import json
import re
from functools import cache
from typing import Any

import httpx
import jsonschema_rs

Operation = tuple[str, str]
"""A method in capitals and a path as the document writes it."""


class Documented:
    """An OpenAPI document. `seen` are the statuses that the answers checked so far had."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.seen: dict[tuple[Operation, int], int] = {}
        self._paths = [(path, _pattern(path)) for path in document["paths"]]
        self._validator = cache(self._validator_of)

    @property
    def statuses(self) -> set[tuple[Operation, int]]:
        """Every status that is documented, of every operation; not the range 4XX, which stands for
        what another service may answer."""
        return {
            ((method.upper(), path), int(status))
            for path, operations in self.document["paths"].items()
            for method, operation in operations.items()
            for status in operation["responses"]
            if status.isdecimal()
        }

    def check(self, response: httpx.Response) -> Operation:
        """Which operation answered. Fails where the status, the content type, the body or a
        header is other than it is documented to be."""
        request = response.request
        operation = self._operation(request.method, request.url.path)
        key = operation, response.status_code
        assert response.status_code < 500 or response.status_code in (502, 503), response.text
        assert key in self.statuses, f"{key} is not documented: {response.text}"
        method, path = operation
        entry = self.document["paths"][path][method.lower()]["responses"][str(response.status_code)]
        content, body = entry.get("content", {}), response.read()
        media = response.headers.get("content-type", "").partition(";")[0]
        assert media in content or not (media or body), f"{key} is documented as {list(content)}"
        validator = self._validator(operation, response.status_code, media)
        if validator is None:
            pass  # an empty answer, or events
        elif media == "application/x-ndjson":
            for line in response.text.splitlines():
                validator.validate(json.loads(line))
        else:
            validator.validate(response.json() if media.endswith("json") else response.text)
        for name in entry.get("headers", {}):
            assert name in response.headers, f"{key} lacks the header {name}"
        self.seen[key] = self.seen.get(key, 0) + 1
        return operation

    def _operation(self, method: str, asked: str) -> Operation:
        # A path without parameters comes before one that it would fit into.
        found = [path for path, pattern in self._paths if pattern.fullmatch(asked)]
        assert found, f"{asked} is not documented"
        return method, min(found, key=lambda path: path.count("{"))

    def _validator_of(self, operation: Operation, status: int, media: str) -> Any:
        method, path = operation
        entry = self.document["paths"][path][method.lower()]["responses"][str(status)]
        schema = entry.get("content", {}).get(media, {}).get("schema")
        if schema is None:
            return None
        schema = {
            "components": self.document["components"],
            **schema.get("contentSchema", schema),  # of text, what its lines are
        }
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
