"""The addresses of registering, and of finding one's own page again."""

from starlette.routing import Route

from events_app.registrations.pages import form, receipt

routes = [
    Route("/events/{slug}/register", form.registration, methods=["GET"]),
    Route("/events/{slug}/register", form.create, methods=["POST"]),
    Route("/registrations/{receipt}/retraction", receipt.retraction, methods=["POST"]),
    Route("/events/{slug}/mine", receipt.mine, methods=["GET"]),
    Route("/events/{slug}/mine", receipt.mail_link, methods=["POST"]),
    Route("/events/{slug}/own/{key}", receipt.way_back, methods=["GET"]),
    Route("/events/{slug}/own/{key}", receipt.mail_own_page, methods=["POST"]),
    Route("/events/{slug}/own", receipt.own_page_sent, methods=["GET"]),
    Route("/events/{slug}/mine/{asked}", receipt.link_asked, methods=["GET"]),
]
