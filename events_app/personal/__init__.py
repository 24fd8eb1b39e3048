"""The person's own page, opened by a mailed link, and their personal calendar."""
