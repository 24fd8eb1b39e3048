"""The addresses of pictures, and of the desk's pages for them."""

from collections.abc import Mapping
from typing import Final

from starlette.routing import Route

from events_app.accounts.guard import for_organizers
from events_app.pictures import desk, pages
from events_app.pictures.rules import MOST_BYTES

_OF_EVENT = "/desk/events/{event_id:uuid}/pictures"
_OF_SPEAKER = _OF_EVENT + "/speakers/{speaker_id:uuid}"
_OF_CONFERENCE = "/desk/conferences/{conference_id:uuid}/picture"

routes = [
    Route("/pictures/{mark}/{width:int}.webp", pages.picture),
    Route(_OF_EVENT, for_organizers(desk.event_pictures), methods=["GET"]),
    Route(_OF_EVENT, for_organizers(desk.save_event_cover), methods=["POST"]),
    Route(f"{_OF_EVENT}/removal", for_organizers(desk.remove_event_cover), methods=["POST"]),
    Route(_OF_SPEAKER, for_organizers(desk.save_photo), methods=["POST"]),
    Route(f"{_OF_SPEAKER}/removal", for_organizers(desk.remove_photo), methods=["POST"]),
    Route(_OF_CONFERENCE, for_organizers(desk.conference_picture), methods=["GET"]),
    Route(_OF_CONFERENCE, for_organizers(desk.save_conference_cover), methods=["POST"]),
    Route(f"{_OF_CONFERENCE}/removal", for_organizers(desk.remove_conference_cover), methods=["POST"]),
]

_A_LITTLE_MORE: Final = MOST_BYTES + 2 * 1024 * 1024
"""So that a file that is somewhat too large is refused beside its field."""

LARGER_BODIES: Final[Mapping[str, int]] = {
    r"/desk/events/[^/]+/pictures(/speakers/[^/]+)?": _A_LITTLE_MORE,
    r"/desk/conferences/[^/]+/picture": _A_LITTLE_MORE,
}
"""The paths to which a larger body may be sent (see `web.security.BodyLimit`)."""
