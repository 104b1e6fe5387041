"""Another model of a service's, where the one that was asked for cannot chat."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from http import HTTPStatus

from backends.errors import BackendError
from backends.http import Refusal
from backends.models import ModelCatalogue
from backends.turn import End, Piece, Words

MAX_TRIED = 3
"""How many models are asked for one reply."""

_NO_CHAT = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)


async def reply_of_first_that_chats(
    catalogue: ModelCatalogue,
    source: str,
    wanted: str | None,
    speak_with: Callable[[str], AsyncGenerator[Piece, None]],
) -> AsyncGenerator[Piece, None]:
    """The reply of the model that is wanted if `source` has it, else of the first one that takes
    the request. Raises BackendError."""
    refusals: dict[str, Refusal] = {}
    for model in _candidates(catalogue, source, wanted):
        try:
            async with aclosing(speak_with(model)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Words | End) and refusals:
                        # The request was good, so it was those models that it is not for.
                        catalogue.mark_unusable(source, refusals)
                        refusals = {}
                    yield piece
            return
        except Refusal as refusal:
            if refusal.status not in _NO_CHAT:
                raise
            refusals[model] = refusal
    raise next(iter(refusals.values()))


def _candidates(catalogue: ModelCatalogue, source: str, wanted: str | None) -> list[str]:
    """At least one. A model that runs elsewhere is there only if it is wanted by its name."""
    candidates = [model.id for model in catalogue.stand_ins(source)]
    named = catalogue.named(source, wanted)
    if named is not None:
        candidates = [named.id, *(id for id in candidates if id != named.id)]
    if not candidates:
        raise BackendError("Has no model that can chat and runs there")
    return candidates[:MAX_TRIED]
