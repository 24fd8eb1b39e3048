"""What is done with registrations: each verb is one transaction that begins with the event's claim."""
