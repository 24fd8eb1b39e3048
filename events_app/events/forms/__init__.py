"""The desk's forms for events, conferences and an event's programme."""
