"""What calendars and mail servers answer."""
