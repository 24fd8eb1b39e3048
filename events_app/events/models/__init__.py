"""The tables of events and what they are made of, and the questions asked of them."""
