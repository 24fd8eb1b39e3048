"""The acts: show the example, and take it away."""
