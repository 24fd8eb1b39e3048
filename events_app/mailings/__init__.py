"""Writing to many, reminders, telling what changed; and the desk's log of letters."""
