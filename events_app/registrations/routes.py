"""The addresses of registering."""

from starlette.routing import Route

from events_app.registrations.pages import form

routes = [
    Route("/events/{slug}/register", form.registration, methods=["GET"]),
    Route("/events/{slug}/register", form.create, methods=["POST"]),
]
