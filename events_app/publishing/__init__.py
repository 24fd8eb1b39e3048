"""What others read of events: public pages, feeds, schedules, share pictures."""
