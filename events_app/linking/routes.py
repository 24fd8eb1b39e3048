"""The addresses of finding one's own page again, and of taking back what a receipt says."""

from starlette.routing import Route

from events_app.linking import pages

routes = [
    Route("/registrations/{receipt}/retraction", pages.retraction, methods=["POST"]),
    Route("/events/{slug}/mine", pages.mine, methods=["GET"]),
    Route("/events/{slug}/mine", pages.mail_link, methods=["POST"]),
    Route("/events/{slug}/own/{key}", pages.way_back, methods=["GET"]),
    Route("/events/{slug}/own/{key}", pages.mail_own_page, methods=["POST"]),
    Route("/events/{slug}/own", pages.own_page_sent, methods=["GET"]),
    Route("/events/{slug}/mine/{asked}", pages.link_asked, methods=["GET"]),
]
