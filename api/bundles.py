"""A bundle as the text of a file, whoever asks for it."""

import json

from api.gateway import utc_now
from api.harmless import visible_json
from eventlog.bundle import bundle_of
from eventlog.protocol import ReadableLog


async def bundle_text(log: ReadableLog, interview_id: str, *, kept: str | None = None) -> str:
    """The bundle of an interview that the log knows, as JSON that is harmless to print. Raises as
    `bundle_of` does."""
    bundle = await bundle_of(log, interview_id, exported_at=utc_now(), kept=kept)
    return visible_json(json.dumps(bundle, ensure_ascii=False, indent=2)) + "\n"
