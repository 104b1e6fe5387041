"""The values in a storage, made into the log's own. They were perhaps not put there by the gateway,
so each is checked; what no log can hold raises LogCorrupted."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from eventlog.errors import LogCorrupted
from eventlog.readmodels import FingerprintMatch, Overview
from eventlog.records import Record
from eventlog.times import from_text

RECORD_FIELDS: Final = [field.name for field in fields(Record)]
OVERVIEW_FIELDS: Final = [field.name for field in fields(Overview)]
MATCH_FIELDS: Final = [field.name for field in fields(FingerprintMatch)]

_RECORD = TypeAdapter(Record)
_OVERVIEW = TypeAdapter(Overview)
_MATCH = TypeAdapter(FingerprintMatch)


def records(rows: Iterable[dict[str, Any]]) -> list[Record]:
    """The records that have these values."""
    try:
        return [_RECORD.validate_python(row) for row in rows]
    except ValidationError as error:
        raise LogCorrupted("an event holds values that none can have") from error


def overviews(rows: Iterable[dict[str, Any]]) -> list[Overview]:
    """The rows of the list of interviews that have these values."""
    try:
        return [_OVERVIEW.validate_python(row) for row in rows]
    except ValidationError as error:
        raise LogCorrupted("the list of interviews holds what no interview can have") from error


def fingerprint_match(row: Sequence[Any] | None) -> FingerprintMatch | None:
    """The interview in this row, with the values of MATCH_FIELDS; None where there is no row."""
    if row is None:
        return None
    try:
        return _MATCH.validate_python(dict(zip(MATCH_FIELDS, row, strict=True)))
    except ValidationError as error:
        raise LogCorrupted("a fingerprint belongs to what no interview can be") from error


def kept_time(text: str) -> datetime:
    """The time that stands there as this text."""
    try:
        return from_text(text)
    except ValueError as error:
        raise LogCorrupted(f"the time that it keeps is none: {error}") from error
