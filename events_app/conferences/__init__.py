"""The gatherings on whose margins events are held: somebody else's, or our own."""
