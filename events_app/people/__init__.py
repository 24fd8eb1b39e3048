"""The organizers' list of who registered: search, one person, acts on many, duplicates, saved views."""
