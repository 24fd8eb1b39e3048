"""Whether data and keys belong together, and both of them taken out into two archives and put back."""
