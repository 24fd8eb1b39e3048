"""The public pages: home, conferences, the event itself, and the pictures that go with them."""
