"""The people behind the desk: organizers, how they come in, and how long they stay."""
