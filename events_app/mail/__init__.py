"""E-mail: composed once, kept encrypted, sent by a courier that never loses a letter and never hides a doubt."""
