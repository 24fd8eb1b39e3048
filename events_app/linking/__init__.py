"""What anybody may ask for by an address alone: their own page, answered later and by mail only; and moving to another."""
