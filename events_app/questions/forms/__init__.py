"""The forms of questions: the one that makes a question, and the fields that ask it."""
