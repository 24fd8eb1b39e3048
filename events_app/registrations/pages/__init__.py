"""What a person sees who registers: the form, the receipt, their own page."""
