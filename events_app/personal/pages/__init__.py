"""A person's own page, and their personal calendar."""
