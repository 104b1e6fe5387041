"""One byte string for one value, so that hashes of equal values are equal."""

import json
from json.encoder import encode_basestring as json_string
from typing import Any

__all__ = ["canonical_json", "json_string"]


# `json.dumps` would make an encoder each time.
_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


def canonical_json(value: Any) -> bytes:
    """The value as UTF-8 JSON with sorted keys and no white space between tokens.

    For values of strings, integers, booleans, null, lists and objects this is the form
    of RFC 8785, as long as no key leaves the Basic Multilingual Plane; ours are ASCII.
    """
    return _encode(value).encode()
