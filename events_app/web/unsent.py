"""What is said instead where no mail server is set up: each sentence that promises a letter, and what is true then."""

from collections.abc import Mapping
from typing import Final

from events_app.i18n import N_

UNSENT: Final[Mapping[str, str]] = {
    # Said where somebody is put right.
    "Corrected. The person gets an email.": N_("Corrected. The email is created but not sent."),
    "A new name: an email with the corrected calendar invitation:": N_(
        "A new name: an email with the corrected calendar invitation is created but not sent:"
    ),
    "A new email address gets:": N_("For a new email address an email is created but not sent:"),
    "A new email address: the old one, if it got emails before, gets:": N_(
        "A new email address: for the old one, if it got emails before, an email is created but not sent:"
    ),
    "Send the email about a new name or address": N_(
        "Create the email about a new name or address; it is not sent"
    ),
    "Send the confirmation again, in the language chosen above": N_(
        "Create the confirmation again, in the language chosen above; it is not sent"
    ),
    # Said to people who register, and to whoever reads.
    "We have written to this address:": N_(
        "This site sends no email at present. What we write to this address is kept here:"
    ),
    "We have written to you. Open the link in the email; until then your seat is only held.": N_(
        "This site sends no email at present, so the link that confirms your address does not reach you. Your seat is only held; please ask the organizers."
    ),
    "Your calendar invitation goes to this address.": N_(
        "This site sends no email at present: your calendar invitation is kept here."
    ),
    "Your calendar invitation is on its way by email.": N_(
        "This site sends no email at present, so no calendar invitation reaches you."
    ),
    "This is not a seat yet. The answer comes by email.": N_(
        "This is not a seat yet. This site sends no email at present, so please ask the organizers for the answer."
    ),
    "The invitation in our email is the best way: it corrects itself when something changes. These put in a copy that stays as it is now:": N_(
        "This site sends no email at present, so no invitation corrects itself. These put in a copy that stays as it is now:"
    ),
    "Nothing after a few minutes? Look in your spam folder.": N_("No email comes until this site sends any."),
    "A second email brings the link to your own page, where you can cancel.": N_(
        "The link to your own page, where you can cancel, comes by email only. Until then please tell the organizers."
    ),
    "We email you a link to your own page, where you can cancel": N_(
        "Your own page, where you can cancel, needs a link that is not sent at present"
    ),
    "Please check your email": N_("This site sends no email at present"),
    "If this address is registered, an email with the link to your own page is on its way. For safety, this page says the same for every address.": N_(
        "If this address is registered, the link to your own page is kept here and not sent. Please ask the organizers. For safety, this page says the same for every address."
    ),
    "If this registration is still valid, the link to your own page is on its way to its address. For safety, this page always says the same, and we send the link a few times a day at most.": N_(
        "If this registration is still valid, the link to your own page is kept here and not sent. Please ask the organizers. For safety, this page always says the same."
    ),
    "Type the address you registered with. We email you a link to your own page, where you can see your status and cancel.": N_(
        "This site sends no email at present, so the link to your own page is only kept here. Please ask the organizers."
    ),
    "Email me the link": N_("Ask for the link"),
    "On your own page you see your registration, change it or cancel, and find the way to join online. We email you its link.": N_(
        "On your own page you see your registration, change it or cancel, and find the way to join online. Its link comes by email, and this site sends none at present."
    ),
    "A calendar update has been sent to you.": N_(
        "This site sends no email at present, so your calendar does not know of it."
    ),
    "People are still being notified that this event is cancelled. Please try again later.": N_(
        "The emails that say that this event is cancelled are still being created. Please try again in a minute."
    ),
    "An email and a calendar update are on their way to you.": N_(
        "This site sends no email at present, so your calendar does not know of it."
    ),
    "The answer comes by email.": N_(
        "This site sends no email at present, so please ask the organizers for the answer."
    ),
    "Changed. An email brings the new invitation.": N_(
        "Changed. This site sends no email at present, so no new invitation reaches you."
    ),
    "We have written to the new address. Nothing changes until the link in that email is opened.": N_(
        "This site sends no email at present, so no link reaches the new address, and nothing changes."
    ),
    "We have written to your colleague. You keep the seat until they take it.": N_(
        "This site sends no email at present, so no link reaches your colleague. You keep the seat until they take it."
    ),
    "We write to the new address first. Nothing changes before the link there is opened.": N_(
        "This site sends no email at present, so a new address cannot be confirmed."
    ),
    "Your colleague gets an email with a link that works once. You keep the seat until they take it.": N_(
        "This site sends no email at present, so no link would reach your colleague. You keep the seat until they take it."
    ),
    "It takes a minute. Your calendar invitation comes by email.": N_(
        "It takes a minute. This site sends no email at present, so no calendar invitation comes."
    ),
    "Everybody else gets their emails. Put their data back from a backup, or delete it.": N_(
        "Everybody else gets what they need. Put their data back from a backup, or delete it."
    ),
    "Everybody who registered has been told by email.": N_(
        "This site sends no email at present, so people who registered have not been told."
    ),
    "What happens next: you see a receipt here, and an email leads to your own page, which shows your position on the waiting list.": N_(
        "What happens next: you see a receipt here. This site sends no email at present."
    ),
    "What happens next: you see a receipt here, and within a minute an email brings your calendar invitation.": N_(
        "What happens next: you see a receipt here. This site sends no email at present, so no calendar invitation comes."
    ),
    "Subscribe, and changes arrive by themselves. Some calendars look only once a day; people who registered get changes by email at once.": N_(
        "Subscribe, and changes arrive by themselves. Some calendars look only once a day."
    ),
    "To add another event, open your own page for it and paste this link there. Some calendars look only once a day; our emails are quicker.": N_(
        "To add another event, open your own page for it and paste this link there. Some calendars look only once a day."
    ),
    "When a seat becomes free, the first person on the waiting list gets it, and an email says so.": N_(
        "When a seat becomes free, the first person on the waiting list gets it. This site sends no email at present, so please ask the organizers."
    ),
    "When a seat becomes free, the first person on the waiting list is "
    "asked by email and has %(num)d hour to take it.": N_(
        "When a seat becomes free, it is offered to the first person on the waiting list by email, and this site sends none at present. Please ask the organizers."
    ),
    "You keep your seat. A new invitation is on its way by email.": N_(
        "You keep your seat. This site sends no email at present, so no new invitation reaches you."
    ),
    "They get an email that says so.": N_("Please tell them: this site sends no email at present."),
    "Whoever keeps a seat gets an email with a link to a page of their own.": N_(
        "This site sends no email at present, so nobody gets a link to a page of their own."
    ),
    # Said at the desk of what was done.
    "%(n)s email is on its way.": N_("The emails are created but not sent."),
    "%(n)s invitation is on its way.": N_("The invitations are created but not sent."),
    "%(n)s email is on its way again.": N_("The emails are created but not sent."),
    "%(n)s person is being notified.": N_("The emails that notify people are created but not sent."),
    "A test email is on its way to your own address.": N_("The test email is created but not sent."),
    "The test email is on its way to your own address, in each language.": N_(
        "The test email is created but not sent."
    ),
    "Approved. All seats are taken, so the person is on the waiting list; an email tells them.": N_(
        "Approved. All seats are taken, so the person is on the waiting list. "
        "The email is created but not sent."
    ),
    "Approved. The person gets an email.": N_("Approved. The email is created but not sent."),
    "Cancelled. The person gets an email, and the next person on the waiting list gets the seat.": N_(
        "Cancelled, and the next person on the waiting list gets the seat. The "
        "emails are created but not sent."
    ),
    "Changed. The person gets an email.": N_("Changed. The email is created but not sent."),
    "Rejected. The person gets an email.": N_("Rejected. The email is created but not sent."),
    "The seat is theirs. The person gets an email with the calendar invitation.": N_(
        "The seat is theirs. The email with the calendar invitation is created but not sent."
    ),
    "The email is on its way.": N_("The email is created but not sent."),
    "The email is on its way again.": N_("The email is created but not sent."),
    "The event is cancelled. Everybody who registered gets an email and a calendar update.": N_(
        "The event is cancelled. The emails are created but not sent: nobody has been notified."
    ),
    "Their emails are on the way.": N_("Their emails are created but not sent."),
    "Everybody has been notified": N_("Every email is created but not sent; nobody has been notified"),
    "Invitation sent": N_("Invitation created, not sent"),
    "Invitation sent again": N_("Calendar invitation once more"),
    "Was notified of a change of the event": N_("An email about a change of the event was created"),
    "Was notified of a correction": N_("An email about a correction was created"),
    "An email was sent again": N_("An email was created again"),
    # Said at the desk of what will be done.
    "Each gets an email that says which:": N_("An email that says which is created but not sent:"),
    "Each gets an email with the calendar invitation:": N_(
        "An email with the calendar invitation is created but not sent:"
    ),
    "Each gets an email:": N_("An email is created but not sent:"),
    "Each person gets an email with their own link. Emails cannot be recalled once sent.": N_(
        "An email with their own link is created for each person but not sent."
    ),
    "Each person gets the email with their current status and the calendar invitation. Emails cannot be recalled once sent.": N_(
        "The email with their current status is created for each person but not sent."
    ),
    "Everybody who registered gets an email, and the event disappears from their calendars. Emails cannot be recalled once sent.": N_(
        "The emails are created but not sent, so nobody is notified, and the event stays in their calendars."
    ),
    "In one step: an email and a calendar update for each person, a line on the event's page, and the feeds. Emails cannot be recalled once sent.": N_(
        "In one step: a line on the event's page, and the feeds. An email for each person is created but not sent."
    ),
    "It needs a free seat there. The person gets an email.": N_(
        "It needs a free seat there. The email is created but not sent."
    ),
    "Send each person their email, with the calendar invitation, at once": N_(
        "Create an email for each person, with the calendar invitation; it is not sent"
    ),
    "Send the email with the calendar invitation": N_(
        "Create the email with the calendar invitation; it is not sent"
    ),
    "The email with their current status is sent once more.": N_(
        "The email with their current status is created once more, but not sent."
    ),
    "The person gets an email that says so, and the event is removed from their calendar.": N_(
        "The email is created but not sent, and calendars do not know of it."
    ),
    "The person gets an email with the link to their own page.": N_(
        "The email with the link to their own page is created but not sent."
    ),
    "The person gets an email:": N_("An email is created but not sent:"),
    "The registration is cancelled first, and the person gets an email.": N_(
        "The registration is cancelled first. The person is not notified."
    ),
    "They get a free seat before those who wait longer, with those they came with. An email with the calendar invitation tells them.": N_(
        "They get a free seat before those who wait longer, with those they came with. The email is created but not sent."
    ),
    "They get a seat if one is free, else they go on the waiting list. An email tells them which.": N_(
        "They get a seat if one is free, else they go on the waiting list. The email is created but not sent."
    ),
    "Nobody has a seat before you approve. An email tells people that they have to wait.": N_(
        "Nobody has a seat before you approve."
    ),
    "Each gets a seat and, with an email address, an email of their own.": N_("Each gets a seat."),
    "When the time, the place or a text changes after people have registered, this page shows who is affected and sends the update.": N_(
        "When the time, the place or a text changes after people have registered, this page shows who is affected and creates the update."
    ),
    "%(num)d person gets this email.": N_("The emails are created but not sent."),
    "From then on everybody can find the page and register.": N_(
        "From then on everybody can find the page and register. No mail server is set up: who registers gets no email and no calendar invitation."
    ),
    "From then on everybody who has the link can register.": N_(
        "From then on everybody who has the link can register. No mail server is set up: who registers gets no email and no calendar invitation."
    ),
}
"""By the sentence as it stands in templates and in Python, so that nobody who writes one has to think of both; where it
has a plural, by its singular. tests/web/test_unsent.py finds a promise that has no line here."""
