"""The addresses of coming to the desk, and of leaving it."""

from starlette.routing import Route

from events_app.accounts import pages
from events_app.accounts.guard import for_organizers

routes = [
    Route("/desk/sign-in", pages.sign_in_page, methods=["GET"]),
    Route("/desk/sign-in", pages.sign_in, methods=["POST"]),
    Route("/desk/sign-out", for_organizers(pages.sign_out), methods=["POST"]),
    Route("/desk/welcome/{token}", pages.welcome, methods=["GET"]),
    Route("/desk/welcome/{token}", pages.accept, methods=["POST"]),
]
