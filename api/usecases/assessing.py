"""Assessments of an interview against its kit's rubric: by a model, or a person's own.

An interview is assessed by one model at a time. Whoever asks for the same joins; a caller who goes
away stops nothing. What a model was asked for stands in the log, and is given again while nothing
more was said.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from api.usecases.errors import InvalidAssessment, NothingToAssess
from api.usecases.interviews import Interviews
from backends.assessing.assessors import Assessors
from backends.assessing.prompt import PROMPT_VERSION
from backends.assessing.rubric import Heard, NamedKit, heard_for
from backends.assessing.weighing import not_assessed
from backends.deadline import Deadline
from eventlog.records import Record
from statemachine.assessment import CriterionResult, Judgement, RefusalReason, faults_in, judged
from statemachine.events import AssessmentGiven
from statemachine.interview import Interview
from statemachine.states import State

logger = logging.getLogger(__name__)

APPEND_SECONDS = 2.0

FindKit = Callable[[Interview], NamedKit]


@dataclass(frozen=True)
class GivenAssessment:
    """An assessment and the record of it."""

    event: AssessmentGiven
    record: Record


@dataclass(frozen=True)
class _UnderWay:
    model: str | None
    length: int
    task: asyncio.Task[GivenAssessment]


class Assessments:
    """Assesses the interviews. `find_kit` gives an interview's kit, `choose_model` the model for
    the one that was asked for (or raises UnknownModel). A model may take `budget` seconds. `admit`
    raises if nothing new may be begun."""

    def __init__(
        self,
        interviews: Interviews,
        assessors: Assessors,
        find_kit: FindKit,
        choose_model: Callable[[str | None], Awaitable[str | None]],
        *,
        budget: float,
        admit: Callable[[], None] = lambda: None,
    ) -> None:
        self._interviews = interviews
        self._assessors = assessors
        self.find_kit = find_kit
        self._choose_model = choose_model
        self._budget = budget
        self._admit = admit
        self._under_way: dict[str, _UnderWay] = {}

    @property
    def under_way(self) -> int:
        """How many are being made by models."""
        return len(self._under_way)

    async def close(self) -> None:
        """End those under way, without a record of them."""
        tasks = [under_way.task for under_way in self._under_way.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def all_of(self, interview_id: str) -> list[GivenAssessment]:
        """The interview's assessments, the oldest first. Raises UnknownInterview,
        InterviewForgotten, LogCorrupted or LogUnavailable."""
        interview = await self._interviews.get(interview_id)
        records = [await self._interviews.record(interview_id, v) for v in interview.assessed_at]
        return [_given(record) for record in records]

    async def by_model(self, interview_id: str, model: str | None) -> GivenAssessment:
        """An assessment by the model, else by the interview's, else by the one that is chosen.

        Raises as `all_of` does, or NothingToAssess, UnknownModel or GatewayDraining.
        """
        while True:
            interview, named = await self._to_assess(interview_id)
            wanted = model or interview.config.model
            if model is not None or wanted is None:
                wanted = await self._choose_model(model)
            known = await self._recorded(interview, named, wanted)
            if known is not None:
                return known
            under_way = self._under_way.get(interview_id)
            if under_way is None:
                under_way = self._begin(interview, named, wanted)
            if (under_way.model, under_way.length) == (wanted, len(interview.messages)):
                return await asyncio.shield(under_way.task)
            await asyncio.wait([under_way.task])

    async def by_person(
        self, interview_id: str, by: str, judgements: Sequence[Judgement]
    ) -> GivenAssessment:
        """A person's own assessment. Criteria that they say nothing of are not assessed. Raises as
        `all_of` does, or NothingToAssess or InvalidAssessment, which names each
        place."""
        interview, named = await self._to_assess(interview_id)
        results = judged(judgements, named.kit.rubric)
        _check(results, interview, named)
        heard, mine = _heard(interview, named), {r.id: r for r in results}
        criteria = [
            _with_answers(mine[c.id], heard[c.id])
            if c.id in mine
            else not_assessed(c, (), heard[c.id])
            for c in named.kit.rubric
        ]
        event = AssessmentGiven(
            criteria=tuple(criteria), kit=named.id, kit_version=named.kit.version, by=by
        )
        return await self._append(interview_id, event)

    async def _to_assess(self, interview_id: str) -> tuple[Interview, NamedKit]:
        interview = await self._interviews.get(interview_id)
        if interview.state not in (State.QUESTIONING, State.COMPLETE):
            raise NothingToAssess
        # It may read a file.
        named = await asyncio.to_thread(self.find_kit, interview)
        return interview, named

    async def _recorded(
        self, interview: Interview, named: NamedKit, model: str | None
    ) -> GivenAssessment | None:
        """The newest assessment by the same model, prompt and rubric of what was said so far. One
        in which replies are missing does not count: who asks again wants them."""
        assert interview.id is not None
        spoken_at = interview.said_at[-1]
        for version in reversed([v for v in interview.assessed_at if v > spoken_at]):
            given = _given(await self._interviews.record(interview.id, version))
            event = given.event
            is_models = event.prompt_version == PROMPT_VERSION and event.origin is not None
            is_same = event.kit == named.id and event.kit_version == named.kit.version
            if is_models and is_same and event.origin.model == model:  # type: ignore[union-attr]
                return None if _lacks_replies(event) else given
        return None

    def _begin(self, interview: Interview, named: NamedKit, model: str | None) -> _UnderWay:
        assert interview.id is not None
        self._admit()
        id = interview.id
        task = asyncio.create_task(self._assess(interview, named, model), name="assessment")
        under_way = self._under_way[id] = _UnderWay(model, len(interview.messages), task)
        task.add_done_callback(lambda _: self._end(id))
        return under_way

    def _end(self, id: str) -> None:
        task = self._under_way.pop(id).task
        # Whoever asked may have gone, and then nobody else hears of it.
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.warning("An assessment could not be made or recorded: %s", error)

    async def _assess(
        self, interview: Interview, named: NamedKit, model: str | None
    ) -> GivenAssessment:
        assert interview.id is not None
        deadline = Deadline.after(self._budget)
        heard = _heard(interview, named)
        got = await self._assessors.assess(interview.messages, named.kit, heard, model, deadline)
        _check(got.criteria, interview, named)
        event = AssessmentGiven(
            criteria=got.criteria,
            kit=named.id,
            kit_version=named.kit.version,
            prompt_version=got.prompt_version,
            origin=got.origin,
        )
        if got.prompt_version is None:
            known = await self._same_as(interview, event)
            if known is not None:
                return known
        return await self._append(interview.id, event)

    async def _same_as(
        self, interview: Interview, event: AssessmentGiven
    ) -> GivenAssessment | None:
        """The newest assessment, if it says the same: that no model gave anything."""
        if not interview.assessed_at:
            return None
        assert interview.id is not None
        newest = _given(await self._interviews.record(interview.id, interview.assessed_at[-1]))
        said = newest.event
        is_same = (said.criteria, said.kit_version) == (event.criteria, event.kit_version)
        return newest if is_same and said.by is None and said.prompt_version is None else None

    async def _append(self, interview_id: str, event: AssessmentGiven) -> GivenAssessment:
        deadline = Deadline.after(APPEND_SECONDS)
        appended = await self._interviews.append_to(interview_id, lambda _: event, deadline)
        return GivenAssessment(event, appended.records[-1])


def _heard(interview: Interview, named: NamedKit) -> dict[str, Heard]:
    return heard_for(interview.messages, named.kit, interview.kept)


def _check(results: Sequence[CriterionResult], interview: Interview, named: NamedKit) -> None:
    faults = faults_in(results, named.kit.rubric, interview.messages)
    if faults:
        raise InvalidAssessment(faults)


def _lacks_replies(event: AssessmentGiven) -> bool:
    """Whether the model was too slow, or wrote what cannot be read, for a criterion or more."""
    reasons = {refused.reason for result in event.criteria for refused in result.refused}
    return not reasons.isdisjoint((RefusalReason.NO_REPLY, RefusalReason.UNREADABLE))


def _with_answers(result: CriterionResult, heard: Heard) -> CriterionResult:
    not_asked = heard.not_asked and not result.quotations
    return result.model_copy(update={"answers": heard.answers, "not_asked": not_asked})


def _given(record: Record) -> GivenAssessment:
    assert isinstance(record.event, AssessmentGiven)
    return GivenAssessment(record.event, record)
