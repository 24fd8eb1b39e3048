"""The desk's pages for events, their programme, and conferences."""
