"""The addresses that everybody may read. Feeds come first: a page's `{slug}` would take their endings too."""

from starlette.routing import Route

from events_app.accounts.guard import for_organizers
from events_app.publishing import desk
from events_app.publishing.feeds import atom, calendar, schedules
from events_app.publishing.pages import conference, event, home, pictures

routes = [
    Route("/events/{slug}.ics", calendar.event_calendar),
    Route("/conferences/{slug}.ics", calendar.conference_calendar),
    Route("/conferences/{slug}/schedule.json", schedules.schedule_json),
    Route("/conferences/{slug}/schedule.xml", schedules.schedule_xml),
    Route("/events.atom", atom.all_atom),
    Route("/conferences/{slug}.atom", atom.conference_atom),
    Route("/", home.home, name="home"),
    Route("/conferences/{slug}", conference.conference),
    Route("/events/{slug}/card.png", pictures.card),
    Route("/events/{slug}", event.event),
    Route("/organizations/{slug}/logo", pictures.logo),
    Route("/organizations/{slug}/colours.css", pictures.colours),
    Route("/desk/events/{event_id:uuid}/preview", for_organizers(desk.preview)),
]
