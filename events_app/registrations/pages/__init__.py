"""What a person sees who registers: the form, the receipt, and the way to find their own page."""
