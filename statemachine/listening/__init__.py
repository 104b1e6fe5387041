"""How a candidate's words are heard: an answer, or one of the other things people say when they
are asked something. Rules stand in one table for each language, `languages/<code>.toml`.

In doubt the words are an answer. They are read to choose what the interviewer says next;
what they are taken for never decides on the candidate.
"""
