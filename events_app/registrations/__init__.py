"""Who is coming: register, confirm, wait, be approved, change, cancel, be erased; and the letters that each owes."""
