"""What organizers do with events: each verb is one transaction, and a save never overwrites somebody else's."""
