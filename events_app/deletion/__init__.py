"""The deletion day: what is held of an event's people goes by itself, and its organizers are told before."""
