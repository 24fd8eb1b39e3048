"""The desk's pages about people: the list, one person, acts on many, duplicates."""
