"""What anybody may ask for by an address alone, such as the link to their own page: answered later, by mail only."""
