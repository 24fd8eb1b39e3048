"""The own page, what is posted from it, and the personal calendar."""
