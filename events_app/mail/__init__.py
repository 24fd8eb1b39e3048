"""Letters: composed once, kept encrypted, sent by a courier that never loses one and never hides a doubt."""
