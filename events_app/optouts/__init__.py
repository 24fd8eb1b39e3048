"""Who wants no letters to many any more: of an event, or of an organization, by a mark that only the address makes."""
