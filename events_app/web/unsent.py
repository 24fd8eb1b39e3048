"""What is said instead where no mail server is set up: each sentence that promises a letter, and what is true then."""

from collections.abc import Mapping
from typing import Final

from events_app.i18n import N_

UNSENT: Final[Mapping[str, str]] = {
    # Said to people who register, and to whoever reads.
    "We have written to this address:": N_(
        "This site sends no mail at present. What we write to this address is kept here:"
    ),
    "We have written to you. Open the link in the letter; until then your place is only held.": N_(
        "This site sends no mail at present, so the link that confirms your address does not reach you. Your place is only held; please ask the organizers."
    ),
    "Your calendar invitation goes to this address.": N_(
        "This site sends no mail at present: your calendar invitation is kept here."
    ),
    "Your calendar invitation is on its way by e-mail.": N_(
        "This site sends no mail at present, so no calendar invitation reaches you."
    ),
    "This is not a place yet. A letter tells you the answer.": N_(
        "This is not a place yet. This site sends no mail at present, so please ask the organizers for the answer."
    ),
    "The invitation in our letter is the best way: it corrects itself when something changes. These put in a copy that stays as it is now:": N_(
        "This site sends no mail at present, so no invitation corrects itself. These put in a copy that stays as it is now:"
    ),
    "Nothing after a few minutes? Look among unwanted mail (spam).": N_(
        "Nothing comes by mail until this site sends any."
    ),
    "A second letter brings the link to your own page, where you can cancel.": N_(
        "The link to your own page, where you can cancel, comes by mail only. Until then please tell the organizers."
    ),
    "We mail you a link to your own page, where you can cancel": N_(
        "Your own page, where you can cancel, needs a link that is not mailed at present"
    ),
    "Please look into your mail": N_("This site sends no mail at present"),
    "If this address is registered, a letter with the link to your own page is on its way. For safety, this page says the same for every address.": N_(
        "If this address is registered, the link to your own page is kept here and not sent. Please ask the organizers. For safety, this page says the same for every address."
    ),
    "If this registration still stands, the link to your own page is on its way to its address. For safety, this page always says the same, and we send the link a few times a day at most.": N_(
        "If this registration still stands, the link to your own page is kept here and not sent. Please ask the organizers. For safety, this page always says the same."
    ),
    "Type the address you registered with. We mail you a link to your own page, where you can see your status and cancel.": N_(
        "This site sends no mail at present, so the link to your own page is only kept here. Please ask the organizers."
    ),
    "Mail me the link": N_("Ask for the link"),
    "On your own page you see your registration, change it or cancel, and find the way to join online. We mail you its link.": N_(
        "On your own page you see your registration, change it or cancel, and find the way to join online. Its link comes by mail, and this site sends none at present."
    ),
    "A calendar update has been sent to you.": N_(
        "This site sends no mail at present, so your calendar does not know of it."
    ),
    "People are still being told that this event is cancelled. Please try again when everybody knows.": N_(
        "The letters that say that this event is cancelled are still being written. Please try again in a minute."
    ),
    "An email and a calendar update are on their way to you.": N_(
        "This site sends no mail at present, so your calendar does not know of it."
    ),
    "A letter tells you the answer.": N_(
        "This site sends no mail at present, so please ask the organizers for the answer."
    ),
    "Changed. A letter brings the new invitation.": N_(
        "Changed. This site sends no mail at present, so no new invitation reaches you."
    ),
    "We have written to the new address. Nothing changes until the link in that letter is opened.": N_(
        "This site sends no mail at present, so no link reaches the new address, and nothing changes."
    ),
    "We have written to your colleague. You keep the place until they take it.": N_(
        "This site sends no mail at present, so no link reaches your colleague. You keep the place until they take it."
    ),
    "We write to the new address first. Nothing changes before the link there is opened.": N_(
        "This site sends no mail at present, so a new address cannot be confirmed."
    ),
    "Your colleague gets a letter with a link that works once. You keep the place until they take it.": N_(
        "This site sends no mail at present, so no link would reach your colleague. You keep the place until they take it."
    ),
    "It takes a minute. Your calendar invitation comes by e-mail.": N_(
        "It takes a minute. This site sends no mail at present, so no calendar invitation comes."
    ),
    "Everybody else gets their letters. Put their data back from a backup, or erase them.": N_(
        "All others are served. Put their data back from a backup, or erase them."
    ),
    "Everybody who registered has been told by e-mail.": N_(
        "This site sends no mail at present, so people who registered have not been told."
    ),
    "What happens next: you see a receipt here, and a letter leads to your own page, which shows your place in line.": N_(
        "What happens next: you see a receipt here. This site sends no mail at present."
    ),
    "What happens next: you see a receipt here, and within a minute a letter brings your calendar invitation.": N_(
        "What happens next: you see a receipt here. This site sends no mail at present, so no calendar invitation comes."
    ),
    "Subscribe, and changes arrive by themselves. Some calendars look only once a day; people who registered get changes by e-mail at once.": N_(
        "Subscribe, and changes arrive by themselves. Some calendars look only once a day."
    ),
    "To add another event, open your own page for it and paste this link there. Some calendars look only once a day; our letters are quicker.": N_(
        "To add another event, open your own page for it and paste this link there. Some calendars look only once a day."
    ),
    "When a place becomes free, the first in line gets it, and an e-mail says so.": N_(
        "When a place becomes free, the first in line gets it. This site sends no mail at present, so please ask the organizers."
    ),
    "When a place becomes free, the first in line is asked by e-mail and has %(num)d hour to take it.": N_(
        "When a place becomes free, it is offered to the first in line by e-mail, and this site sends none at present. Please ask the organizers."
    ),
    "You keep your place. A new invitation is on its way by e-mail.": N_(
        "You keep your place. This site sends no mail at present, so no new invitation reaches you."
    ),
    "They get an email that says so.": N_("Please tell them: this site sends no mail at present."),
    "Whoever keeps a place gets an email with a link to a page of their own.": N_(
        "This site sends no mail at present, so nobody gets a link to a page of their own."
    ),
    # Said at the desk of what was done.
    "%(n)s letter is on its way.": N_("The letters are kept here and not sent."),
    "%(n)s invitation is on its way.": N_("The invitations are kept here and not sent."),
    "%(n)s letter is on its way again.": N_("The letters are kept here and not sent."),
    "%(n)s person is being told.": N_("The letters that tell people are kept here and not sent."),
    "A test letter is on its way to your own address.": N_("The test letter is kept here and not sent."),
    "The test is on its way to your own address, in each language.": N_(
        "The test is kept here and not sent."
    ),
    "Approved. All places are taken, so the person waits; a letter says so.": N_(
        "Approved. All places are taken, so the person waits; the letter that says so is kept and not sent."
    ),
    "Approved. The person gets a letter.": N_("Approved. The letter is kept and not sent."),
    "Cancelled. The person gets a letter, and the next in line moves up.": N_(
        "Cancelled, and the next in line moves up. The letters are kept and not sent."
    ),
    "Changed. The person gets a letter.": N_("Changed. The letter is kept and not sent."),
    "Declined. The person gets a letter.": N_("Declined. The letter is kept and not sent."),
    "The place is theirs. The person gets a letter with the invitation.": N_(
        "The place is theirs. The letter with the invitation is kept and not sent."
    ),
    "The letter is on its way.": N_("The letter is kept here and not sent."),
    "The letter is on its way again.": N_("The letter is kept here and not sent."),
    "The event is cancelled. Everybody who registered gets a letter and a calendar update.": N_(
        "The event is cancelled. The letters that say so are kept and not sent: nobody has been told."
    ),
    "Their letters are on the way.": N_("Their letters are kept here and not sent."),
    "Everybody has been told": N_("Every letter is written, and kept here; nobody has been told"),
    "Invitation sent": N_("Invitation written and kept"),
    "Invitation sent again": N_("Invitation once more"),
    "Was told of a change of the event": N_("A letter about a change of the event was written"),
    "Was told of a correction": N_("A letter about a correction was written"),
    "A letter was sent again": N_("A letter was written again"),
    # Said at the desk of what will be done.
    "Each gets a letter that says which:": N_(
        "A letter that says which is written and kept, and nobody gets it:"
    ),
    "Each gets a letter with the invitation:": N_(
        "A letter with the invitation is written and kept, and nobody gets it:"
    ),
    "Each gets a letter:": N_("A letter is written and kept, and nobody gets it:"),
    "Each person gets a letter with their own link. Letters that have left cannot be taken back.": N_(
        "A letter with their own link is written for each person and kept; nobody gets one."
    ),
    "Each person gets the letter that says where they stand, with the invitation. Letters that have left cannot be taken back.": N_(
        "The letter that says where they stand is written for each person and kept; nobody gets one."
    ),
    "Everybody who registered gets a letter, and the event disappears from their calendars. Letters that have left cannot be taken back.": N_(
        "The letters that say so are kept and not sent, so nobody is told, and the event stays in their calendars."
    ),
    "In one step: a letter and a calendar update for each person, a line on the event's page, and the feeds. Letters that have left cannot be taken back.": N_(
        "In one step: a line on the event's page, and the feeds. A letter for each person is written and kept; nobody gets one."
    ),
    "It needs a free place there. The person gets a letter.": N_(
        "It needs a free place there. The letter is kept and not sent."
    ),
    "Send each person their letter, with the invitation, at once": N_(
        "Write each person their letter, with the invitation; it is kept and not sent"
    ),
    "Send the letter with the invitation": N_(
        "Write the letter with the invitation; it is kept and not sent"
    ),
    "The letter that says how things stand goes out once more.": N_(
        "The letter that says how things stand is written once more, and kept."
    ),
    "The person gets a letter that says so, and calendars take the event out.": N_(
        "The letter that says so is kept and not sent, and calendars do not know of it."
    ),
    "The person gets a letter with the link to their own page.": N_(
        "The letter with the link to their own page is kept and not sent."
    ),
    "The person gets a letter:": N_("A letter is written and kept:"),
    "The registration is cancelled first, and the person gets a letter.": N_(
        "The registration is cancelled first. The person is not told."
    ),
    "They get a free place before those who wait longer, with those they came with. A letter with the invitation tells them.": N_(
        "They get a free place before those who wait longer, with those they came with. The letter that tells them is kept and not sent."
    ),
    "They get a place if one is free, else they go on the waiting list. A letter says which.": N_(
        "They get a place if one is free, else they go on the waiting list. The letter that says which is kept and not sent."
    ),
    "Nobody has a place before you say so. A letter tells people that they have to wait.": N_(
        "Nobody has a place before you say so."
    ),
    "Each gets a place and, with an address, a letter of their own.": N_("Each gets a place."),
    "When the time, the place or a text changes after people have registered, this page shows whom it concerns and sends the update.": N_(
        "When the time, the place or a text changes after people have registered, this page shows whom it concerns and writes the update."
    ),
    "%(num)d person gets this letter.": N_("The letters are written and kept here; nobody gets one."),
    "From then on everybody can find the page and register.": N_(
        "From then on everybody can find the page and register. No mail server is set up: who registers gets no email and no calendar invitation."
    ),
    "From then on everybody who has the link can register.": N_(
        "From then on everybody who has the link can register. No mail server is set up: who registers gets no email and no calendar invitation."
    ),
}
"""By the sentence as it stands in templates and in Python, so that nobody who writes one has to think of both; where it
has a plural, by its singular. tests/web/test_unsent.py finds a promise that has no line here."""
