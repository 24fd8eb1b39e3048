"""The desk's pages for letters: writing to many, reminders, telling what changed, the log, how the mail is."""
