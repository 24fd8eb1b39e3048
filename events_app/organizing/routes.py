"""The addresses of the organizer area over all events."""

from starlette.routing import Route

from events_app.accounts.guard import for_organizers
from events_app.organizing.desk import day, home, listing, overview, people, settings

routes = [
    Route("/desk", for_organizers(home.desk)),
    Route("/desk/events", for_organizers(listing.events)),
    Route("/desk/events/{event_id:uuid}", for_organizers(overview.show)),
    Route("/desk/events/{event_id:uuid}/day", for_organizers(day.show)),
    Route("/desk/people", for_organizers(people.show)),
    Route("/desk/settings", for_organizers(settings.show)),
]
