"""Claims on replies: one gateway has each, and what the others do about it."""

from pathlib import Path

import pytest

from eventlog.claims import Claim, Doing, Taken, Wish
from eventlog.drafts import ReplyDraft
from eventlog.errors import ClaimLost
from statemachine.commands import forget_content, give_answer
from tests.eventlog.interviews import AT, OPENING, ask, new_id, start, tell
from tests.eventlog.running import in_loop
from tests.postgres import needs_postgres
from tests.sharing import SHARINGS, InDatabase, Sharing, claims_of

DOING = Doing("writing", "ollama", None, is_watched=False)


@pytest.fixture(params=SHARINGS)
def sharing(request: pytest.FixtureRequest, tmp_path: Path) -> Sharing:
    return SHARINGS[request.param](tmp_path)


def draft_of(id: str, shown: str) -> ReplyDraft:
    return ReplyDraft(id, 2, "ollama", None, shown, of_summary=False)


@in_loop
async def test_a_claim_has_one_holder_until_its_reply_is_in_the_log(sharing: Sharing) -> None:
    log, other, id = sharing.view(), sharing.view(), new_id()
    begun = await tell(log, id, start())
    claim = Claim(id, len(begun.messages), of_summary=False)
    assert await claims_of(log).take(claim) == Taken(None)
    assert await claims_of(log).take(claim) is None, "twice at one gateway"
    assert await claims_of(other).take(claim) is None
    assert await claims_of(log).elsewhere(id) is None
    found = await claims_of(other).elsewhere(id)
    assert found is not None
    assert (found.claim, found.draft) == (claim, None)
    await tell(log, id, ask(1))
    assert await claims_of(other).elsewhere(id) is None
    assert await claims_of(other).take(Claim(id, 3, of_summary=True)) == Taken(None)
    await claims_of(log).release(id)  # which is no longer its own
    assert sharing.claimed() == [id]
    await claims_of(other).release(id)
    assert not sharing.claimed()
    await log.close()
    await other.close()


@in_loop
async def test_an_expired_claim_goes_on_elsewhere_and_its_holder_can_do_nothing(
    sharing: Sharing,
) -> None:
    log, other, id = sharing.view(), sharing.view(), new_id()
    begun = await tell(log, id, *OPENING, give_answer("Because."))
    claim = Claim(id, len(begun.messages), of_summary=False)
    await claims_of(log).take(claim)
    await log.keep_drafts([draft_of(id, "Thank")])
    assert await other.drafts() == []
    sharing.expire()
    assert await other.drafts() == [draft_of(id, "Thank")]
    assert await claims_of(other).take(claim) == Taken(draft_of(id, "Thank"))
    await log.keep_drafts([draft_of(id, "Thank you")])
    await log.drop_draft(id)
    found = await claims_of(log).elsewhere(id)
    assert found is not None
    assert found.draft == draft_of(id, "Thank")
    assert await claims_of(log).renew({claim: DOING}) == {}
    with pytest.raises(ClaimLost):
        await log.append(id, begun.version, [ask(2)], AT)
    await claims_of(log).release(id)
    await tell(other, id, ask(2))
    assert not sharing.claimed()
    assert not sharing.drafted()
    await log.close()
    await other.close()


@in_loop
async def test_the_holder_hears_what_others_wish(sharing: Sharing) -> None:
    log, other, id = sharing.view(), sharing.view(), new_id()
    await tell(log, id, start())
    claim = Claim(id, 2, of_summary=False)
    assert not await claims_of(other).wish(id, Wish(is_watched=True)), "nobody makes it"
    await claims_of(log).take(claim)
    assert await claims_of(log).renew({claim: DOING}) == {claim: Wish()}
    assert await claims_of(other).wish(id, Wish(is_watched=True))
    assert await claims_of(other).wish(id, Wish(seconds_left=100.0))
    assert await claims_of(other).wish(id, Wish(seconds_left=50.0))
    [(_, wish)] = (await claims_of(log).renew({claim: DOING})).items()
    assert (wish.is_watched, wish.is_stopped) == (True, False)
    assert wish.seconds_left is not None
    assert 40 < wish.seconds_left < 51
    found = await claims_of(other).elsewhere(id)
    assert found is not None
    assert found.doing == Doing("writing", "ollama", None, is_watched=True)
    await log.close()
    await other.close()


@in_loop
async def test_a_claim_that_its_storage_forgot_is_made_again_unless_words_were(
    sharing: Sharing,
) -> None:
    log, other, id = sharing.view(), sharing.view(), new_id()
    begun = await tell(log, id, start())
    claim = Claim(id, 2, of_summary=False)
    await claims_of(log).take(claim)
    sharing.forget_claims()
    assert claim in await claims_of(log).renew({claim: DOING})
    assert await claims_of(other).take(claim) is None
    await tell(other, id, forget_content(begun, "It was asked for."))
    assert await claims_of(log).renew({claim: DOING}) == {}
    assert await claims_of(other).take(claim) is None
    await log.close()
    await other.close()


@needs_postgres
@in_loop
async def test_a_claim_that_nobody_ends_is_deleted_later(tmp_path: Path) -> None:
    sharing = InDatabase(tmp_path)
    log, other, left, new = sharing.view(), sharing.view(), new_id(), new_id()
    await claims_of(log).take(Claim(left, 3, of_summary=False))  # and then the gateway dies
    sharing.expire()
    assert sharing.claimed() == [left]
    await claims_of(other).take(Claim(new, 3, of_summary=False))
    assert sharing.claimed() == [new]
    await log.close()
    await other.close()
