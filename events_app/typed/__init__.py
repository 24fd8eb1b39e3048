"""What is being typed at the desk: kept before it is saved, and shown as it will look."""
