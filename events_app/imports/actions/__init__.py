"""What is done with a list: kept for a while, tried, imported whole, taken back."""
