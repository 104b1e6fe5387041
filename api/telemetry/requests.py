"""A request, as metrics and traces know it: nothing in it is any word of its caller's."""

from dataclasses import dataclass

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
"""Stands for all methods, and for all paths, that the gateway does not know."""


@dataclass
class Request:
    """A request that is being answered. `status` is None if it got no answer, `is_stream` tells
    whether its answer is a stream of events."""

    method: str
    route: str = OTHER
    status: int | None = None
    is_stream: bool = False


def method_of(method: str) -> str:
    """The method, if it is a usual one."""
    return method if method in METHODS else OTHER
