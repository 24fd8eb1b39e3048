"""The addresses of bringing a list in, at the desk."""

from collections.abc import Mapping
from typing import Final

from starlette.routing import Route

from events_app.accounts.guard import for_organizers
from events_app.foreign.tables import MOST_BYTES
from events_app.imports.desk import batch, trial, upload

_NEW = "/desk/events/{event_id:uuid}/import"
_DRAFT = f"{_NEW}/{{draft_id:uuid}}"
_BATCH = "/desk/events/{event_id:uuid}/imports/{batch_id:uuid}"

routes = [
    Route(_NEW, for_organizers(upload.upload_page), methods=["GET"]),
    Route(_NEW, for_organizers(upload.upload), methods=["POST"]),
    Route(_DRAFT, for_organizers(upload.columns_page), methods=["GET"]),
    Route(_DRAFT, for_organizers(upload.save_columns), methods=["POST"]),
    Route(f"{_DRAFT}/check", for_organizers(trial.check), methods=["GET"]),
    Route(f"{_DRAFT}/registrations", for_organizers(trial.do_import), methods=["POST"]),
    Route(f"{_DRAFT}/deletion", for_organizers(upload.throw_away), methods=["POST"]),
    Route(_BATCH, for_organizers(batch.batch_page), methods=["GET"]),
    Route(f"{_BATCH}/stop", for_organizers(batch.stop), methods=["POST"]),
    Route(f"{_BATCH}/undoing", for_organizers(batch.undo), methods=["POST"]),
    Route(f"{_BATCH}/letters", for_organizers(batch.send_letters), methods=["POST"]),
]


LARGER_BODIES: Final[Mapping[str, int]] = {r"/desk/events/[^/]+/import": MOST_BYTES + 64 * 1024}
"""The path to which a list may be sent (see `web.security.BodyLimit`)."""
