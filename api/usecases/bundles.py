"""A bundle as the text of a file, whoever asks for it."""

import json
from typing import Any

from api.transcript.escaping import escape_json
from eventlog.bundle import bundle_of
from eventlog.protocol import ProvableLog
from eventlog.times import utc_now


async def bundle_text(log: ProvableLog, interview_id: str, *, kept: str | None = None) -> str:
    """The bundle of an interview that the log knows, as JSON that is harmless to print. Raises as
    `bundle_of` does."""
    return text_of(await bundle_now(log, interview_id, kept=kept))


async def bundle_now(
    log: ProvableLog, interview_id: str, *, kept: str | None = None
) -> dict[str, Any]:
    """The bundle as JSON data, exported now. Raises as `bundle_of` does."""
    return await bundle_of(log, interview_id, exported_at=utc_now(), kept=kept)


def text_of(bundle: dict[str, Any]) -> str:
    """The data as that text."""
    return escape_json(json.dumps(bundle, ensure_ascii=False, indent=2)) + "\n"
