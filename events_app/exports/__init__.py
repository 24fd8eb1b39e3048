"""Taking data out: lists, sign-in sheets, badges, statistics."""
