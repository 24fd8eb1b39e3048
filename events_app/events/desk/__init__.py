"""The desk's pages for events and their programme."""
