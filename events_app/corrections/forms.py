"""What an organizer types to put right what is known of somebody, and which letters follow."""

from typing import Any

from wtforms import BooleanField

from events_app.i18n import L_, N_, languages, name_of_language
from events_app.people.forms import PersonForm
from events_app.registrations.facts import Person
from events_app.registrations.models import Registration
from events_app.web.forms import Form, an_address, at_most, optional, required


class LettersForm(Form):
    """Whether the person hears of it. A form of its own: what is ticked here is no version of what is stored."""

    writes = BooleanField(L_("Send the email about a new name or address"))
    again = BooleanField(L_("Send the confirmation again, in the language chosen above"))


def correction_form(found: Registration, person: Person, typed: Any = None) -> PersonForm:
    """Filled with what is there. An address may be put right or added, never taken away: without it nobody could be
    told of anything any more, and their calendar would hold the event for ever."""
    told = {
        "name": person.name,
        "address": person.address,
        "needs": person.needs,
        "language": found.language,
    }
    form = PersonForm(typed, data=told)
    form.language.choices = [(code, name_of_language(code)) for code in languages()]
    if found.language not in languages():
        form.language.choices.append((found.language, name_of_language(found.language)))
    wanted = required(N_("An address can be corrected, but not removed.")) if person.address else optional()
    form.address.validators = [wanted, at_most(254), an_address]
    form.address.flags.required = bool(person.address)
    form.address.flags.optional = not person.address
    return form


def letters_form(typed: Any = None) -> LettersForm:
    return LettersForm(typed, data=None if typed is not None else {"writes": True})
