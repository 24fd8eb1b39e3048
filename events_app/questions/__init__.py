"""What an event asks people who register, and what they answer."""
