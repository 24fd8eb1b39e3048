"""What is done with letters to many: written, sent in batches, reminded of, announced."""
