"""What goes wrong by itself: each trouble kept apart from what still works, shown at the desk, told to who asked."""
