"""What anybody may ask for by an address alone, answered later and by mail only; and moving to another address."""
