"""The forms of letters to many and of reminders."""
