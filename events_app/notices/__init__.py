"""What organizers hear of their events by mail: counts and a link, never a name."""
