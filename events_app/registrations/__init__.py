"""Who is coming: to register, confirm, wait, cancel; the letters each change owes; the person's own page."""
