"""Acts on everybody of an event, which go on in batches: who has had it, and who is still to have it."""
