"""The forms of an import, and its rows read as people."""
