"""An event once more: on another day, or on many; each copy a draft of its own, tied to nothing."""
