"""Calendars: values in, bytes out. One person's invitation, the feeds, the links, and the zones."""
