"""Who and where, used by many events: organizations, venues and their rooms."""
