"""A new event in a minute: title, day, hours and place are asked; the rest is proposed, or comes afterwards."""
