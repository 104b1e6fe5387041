"""What a candidate's words are, told by plain rules, and what an interviewer does then."""
