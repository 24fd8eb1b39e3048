"""The example: a conference with its side events, people and emails, shown to a newcomer and taken away in one act."""
