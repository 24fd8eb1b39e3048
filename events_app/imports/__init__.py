"""Bringing lists of people in: read, map, try, write whole, take back."""
