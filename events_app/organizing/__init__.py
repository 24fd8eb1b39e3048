"""The organizer area over all events: what is to do, the list of events, the day of one, and the page of settings."""
