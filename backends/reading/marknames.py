"""The names in the marks that models write around their words, by what the marks mean."""

import re

THOUGHT_NAMES = frozenset([
    "think", "thinking", "thought", "thoughts", "reasoning", "reason", "reflection", "reflect",
    "scratchpad", "scratch_pad", "analysis", "plan", "planning", "deliberation", "monologue",
    "inner_thought", "internal_thought", "internal_thoughts", "internal_reasoning",
    "reasoning_process", "chain_of_thought", "cot", "rationale", "thought_process",
    "thinking_process", "inner_thoughts", "inner_monologue", "internal_monologue", "antthinking",
    "seed:think",
])  # fmt: skip
WRAPPERS = frozenset([
    "response", "answer", "output", "reply", "final", "final_answer", "message", "question",
    "interviewer", "json", "next_question", "interviewer_response", "speech", "utterance",
])  # fmt: skip
OTHERS = frozenset(["user", "human", "candidate", "applicant", "system", "sys"])
TURNS = frozenset([
    "s", "eos", "bos", "pad", "unk", "im_end", "im_start", "im_sep", "end_of_turn",
    "start_of_turn", "eot", "end_of_text", "endoftext", "end_of_utterance", "assistant", "bot",
    "inst", "turn", "tool_call", "tool_response",
])  # fmt: skip
TAGS = THOUGHT_NAMES | WRAPPERS | OTHERS | TURNS
IN_SQUARE = frozenset([
    "think", "inst", "system_prompt", "available_tools", "tool_calls", "tool_results",
    "end_of_turn", "eos",
])  # fmt: skip
FOLD = "details"
IN_TRIANGLES = frozenset({"think"})
WRAPPING_TOKENS = frozenset({"begin_of_solution", "begin_of_answer"})
# Gemma's spare tokens. Two of them stand around its thoughts.
UNUSED = re.compile(r"unused\d{1,4}")
UNUSED_SO_FAR = re.compile(r"u(?:n(?:u(?:s(?:e(?:d\d{0,4})?)?)?)?)?")
UNUSED_THOUGHT = "unused94"
UNUSED_SPEECH = "unused95"

BORDER = re.compile(r"^(?:start|begin|end)_(?:of_)?")
HEADERS = frozenset(["im_start", "start_header_id", "start_of_role", "start", "start_of_turn"])
IN_HEADERS = frozenset(["end_header_id", "end_of_role", "message", "im_sep", "constrain"])
OWN_ROLES = frozenset(["assistant", "model", "ai", "bot", "interviewer"])
OTHER_ROLES = frozenset(["user", "human", "system", "candidate", "tool", "developer"])
THOUGHT_CHANNELS = frozenset({"analysis", "commentary"})
ROLES = OWN_ROLES | OTHER_ROLES | THOUGHT_CHANNELS | {"final"}
