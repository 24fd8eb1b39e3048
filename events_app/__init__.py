"""The events app: side events, their registrations, and the letters and calendars that follow from them."""

VERSION = "0.2.0"
"""Of the program; `run.py --version` and the desk say it, and CHANGELOG.md what it brought."""
