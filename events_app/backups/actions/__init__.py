"""Backing up and restoring: two archives, one of the data and one of the keys."""
