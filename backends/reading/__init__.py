"""What models write, read piece by piece: marks, labels, sentences and echoes.

Each module reads one character at a time and knows nothing of the pieces in which they came, so
that any split of a text is read alike.
"""
