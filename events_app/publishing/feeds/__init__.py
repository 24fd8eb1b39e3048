"""What programs read: iCalendar feeds, schedules, Atom."""
