"""Pictures of events, conferences and speakers: drawn anew, kept in the database, served by a mark of their content."""
