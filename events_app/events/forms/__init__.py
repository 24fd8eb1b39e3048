"""The desk's forms for events and their programme."""
