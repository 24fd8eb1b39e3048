"""What organizers put right about somebody: name, address, language, needs and answers, and the letter that follows."""
