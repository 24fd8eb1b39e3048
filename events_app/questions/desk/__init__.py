"""The desk's pages for the questions of an event's form."""
