"""What organizers do with the questions of an event; each verb is one transaction."""
