"""Which kit an interview is held with, and what its interviewer is told beforehand."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import ParamSpec, TypeVar

from api.usecases.errors import InvalidField, UnknownRole
from backends.assessing.rubric import NamedKit
from backends.kits.errors import BrokenKit, UnknownKit
from backends.kits.library import FoundKit, Kits
from statemachine.brief import Brief
from statemachine.interview import Interview
from statemachine.session import DEFAULT_QUESTIONS, MAX_QUESTIONS, Config, ModelId, Role

P = ParamSpec("P")
T = TypeVar("T")


class KitChoice:
    """Chooses among the kits."""

    def __init__(self, kits: Kits) -> None:
        self._kits = kits

    async def check_role(self, role: str, field: str) -> None:
        """Raises UnknownRole, which names `field`, where no kit is for the role."""
        if await self._look(self._kits.for_role, role) is None:
            raise UnknownRole(field, await asyncio.to_thread(self._kits.roles))

    def of(self, interview: Interview) -> NamedKit:
        """The kit that an interview in the log is held with, as it is now: if that is gone, one for
        its role and language, else the general one. It may read files."""
        brief = interview.brief or Brief()
        found = None
        if brief.kit is not None:
            with suppress(UnknownKit, BrokenKit):
                found = self._kits.get(brief.kit)
        found = found or self._kits.for_role(interview.config.role, brief.language)
        found = found or self._kits.general()
        return NamedKit(found.id, found.kit)

    async def choose(
        self, role: Role | None, model: ModelId | None, total: int | None, brief: Brief
    ) -> tuple[Config, Brief | None]:
        """The set-up of an interview and its brief, with the kit that it is held with; no brief
        where nothing but role, model and length is asked for. A brief whose language is not set
        gets that of the kit that it names.

        Raises UnknownRole, or InvalidField for a kit that is none, a kit for another role, or more
        questions than the kit has.
        """
        found = await self._found(role, brief)
        if role is None:
            role = found.kit.role
        config = Config(role=role, model=model, total_questions=_total(total, found))
        if brief == Brief():
            return config, None
        named = {"kit": found.id, "kit_version": found.kit.version}
        if brief.kit is not None and "language" not in brief.model_fields_set:
            named["language"] = found.kit.language
        return config, brief.model_copy(update=named)

    async def _found(self, role: Role | None, brief: Brief) -> FoundKit:
        if brief.kit is not None:
            try:
                found = await self._look(self._kits.get, brief.kit)
            except (UnknownKit, BrokenKit) as error:
                raise InvalidField("kit", str(error)) from error
            if role not in (None, found.kit.role):
                raise InvalidField("role", f"must be left out, or be the kit's: {found.kit.role}")
            return found
        if role is None:
            raise InvalidField("role", "must be given, or a kit")
        found_for_role = await self._look(self._kits.for_role, role, brief.language)
        if found_for_role is None:
            raise UnknownRole("role", await asyncio.to_thread(self._kits.roles))
        return found_for_role

    async def _look(self, look: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Look for a kit. A folder of the user's may be large and on a slow disk, so a thread does
        it. The built-in kits are in memory, each from its first use on, which takes 10 ms: there
        the thread alone would cost each start 0.05 ms."""
        if not self._kits.has_folder:
            return look(*args, **kwargs)
        return await asyncio.to_thread(look, *args, **kwargs)


def _total(total: int | None, found: FoundKit) -> int:
    most = min(MAX_QUESTIONS, len(found.kit.questions))
    if total is None:
        return min(DEFAULT_QUESTIONS, most)
    if total > most:
        raise InvalidField(
            "totalQuestions", f"must be at most {most}: the kit {found.id} has no more questions"
        )
    return total
