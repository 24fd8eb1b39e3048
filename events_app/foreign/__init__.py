"""Files that strangers made: lists and pictures, read in a process of their own with limits."""
