"""The pages for organizers, one file each."""
