"""The events app: side events, their registrations, and the letters and calendars that follow from them."""
