"""Finding one's own page again, and moving to another address: asked for by anybody, answered later, by mail only."""
