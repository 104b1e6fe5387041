"""What a turn costs: the model evaluates what is new of the prompt, and nothing twice.

On a machine without a graphics card, evaluating the prompt is the time to the first word.
"""

from itertools import pairwise
from pathlib import Path

from tests.model.adapter import OllamaAdapter
from tests.model.candidate import Candidate
from tests.model.gateway import gateway_with_model
from tests.model.llama import Chat

TEMPLATE_TOKENS = 20
"""What the model's chat template puts around two messages, and a token at each end that is cut
otherwise when it is read than it was when it was written."""


def test_a_turn_evaluates_the_answer_and_the_direction_alone(
    real_ollama: OllamaAdapter, tmp_path: Path
) -> None:
    real_ollama.load()
    with gateway_with_model(tmp_path, OLLAMA_URL=real_ollama.url) as client:
        Candidate(client, streamed=True).interview("Software Engineer", questions=5)
    opening, *turns = real_ollama.chats
    assert opening.messages[-1]["role"] == "user"
    assert len(turns) >= 5, "four more questions and the closing"
    for before, turn in pairwise([opening, *turns]):
        assert turn.messages[: len(before.messages)] == before.messages, "nothing before it differs"
        new = turn.messages[len(before.messages) :]
        assert turn.evaluated <= tokens_to_read(real_ollama, before, new) + TEMPLATE_TOKENS


def tokens_to_read(ollama: OllamaAdapter, before: Chat, new: list[dict[str, str]]) -> int:
    """The tokens of the messages that are `new`, but for a reply that the model wrote just so."""
    reply, *others = new
    unknown = others if before.text.startswith(reply["content"]) else new
    return sum(ollama.tokens(message["content"]) for message in unknown)
