"""Who is coming: to register, confirm, wait, be approved, change, cancel, be erased; and the letters each change owes."""
