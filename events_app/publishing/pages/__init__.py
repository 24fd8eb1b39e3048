"""The public pages: home, conferences, events, and the pictures that go with them."""
