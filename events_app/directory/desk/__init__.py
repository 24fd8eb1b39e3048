"""The desk's pages for organizations and venues."""
