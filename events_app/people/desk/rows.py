"""People as the desk's pages read them: opened one by one for the organizer who asks."""

from dataclasses import dataclass
from functools import partial

from starlette.requests import Request

from events_app.events.models.event import Event
from events_app.house import house_of, office_of, reader_of
from events_app.people import search
from events_app.people.reading import person_or_blank
from events_app.questions.answers import answer_matches
from events_app.questions.models import Question
from events_app.questions.wording import say_answer
from events_app.registrations.facts import NOBODY, Person
from events_app.registrations.models import Registration


@dataclass(frozen=True)
class OpenPerson:
    """One line of the list: the registration and, opened for this organizer, who it is."""

    registration: Registration
    person: Person
    said: str = ""
    """Their answer to the question that the list shows, in words."""

    @property
    def is_readable(self) -> bool:
        return self.person is not NOBODY


def lens_of(request: Request, event: Event) -> search.Lens:
    """How this organizer reads sealed people, and what of it is kept while they search. Of an event whose names may not
    be kept open, `known` is to be None."""
    reader = reader_of(request)
    opens = partial(person_or_blank, vault=office_of(request).vault, reader=reader)
    known = house_of(request).kept_words.of(request.state.organizer.id, event.id)
    return search.Lens(opens=opens, matches=answer_matches, known=known)


def open_row(request: Request, registration: Registration, asked: Question | None = None) -> OpenPerson:
    reader = reader_of(request)
    person = person_or_blank(registration, vault=office_of(request).vault, reader=reader)
    said = say_answer(asked, person.answers.get(str(asked.id))) if asked else ""
    return OpenPerson(registration, person, said)
