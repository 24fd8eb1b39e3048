"""The addresses of a person's own page and of their personal calendar."""

from starlette.routing import Route

from events_app.personal.pages import calendar, changes, letters, own

_OWN = "/registrations/{token}"
_NEW_ADDRESS = "/registrations/{moving:uuid}/address/{code}"

_STOP = "/events/{slug}/letters/{key}"
ONE_CLICK = r"/events/[^/]+/letters/[^/]+"
"""Where mail programs post from anywhere (see `web.security.SameOriginPosts`): the address of `_STOP`, no other."""

routes = [
    Route(_STOP, letters.show, methods=["GET"]),
    Route(_STOP, letters.stop, methods=["POST"]),
    Route(f"{_OWN}/letters", letters.choose_letters, methods=["POST"]),
    Route(f"{_OWN}/join", calendar.join),
    Route(f"{_OWN}/feed", calendar.add, methods=["POST"]),
    Route("/my/{token}.ics", calendar.personal_calendar),
    Route("/my/{token}", calendar.show, methods=["GET"]),
    Route("/my/{token}/revocation", calendar.revoke, methods=["POST"]),
    Route(f"{_OWN}.ics", own.own_calendar),
    Route(_OWN, own.show, methods=["GET"]),
    Route(f"{_OWN}/cancellation", own.cancellation, methods=["POST"]),
    Route(f"{_OWN}/final-cancellation", own.final_cancellation, methods=["POST"]),
    Route(f"{_OWN}/return", own.returning, methods=["POST"]),
    Route(f"{_OWN}/confirmation", own.address_confirmation, methods=["POST"]),
    Route(f"{_OWN}/offer", own.offer_taken, methods=["POST"]),
    Route(f"{_OWN}/mode", own.other_mode, methods=["POST"]),
    Route(f"{_OWN}/details", changes.details, methods=["POST"]),
    Route(f"{_OWN}/address", changes.ask_address, methods=["POST"]),
    Route(_NEW_ADDRESS, changes.new_address, methods=["GET"]),
    Route(_NEW_ADDRESS, changes.take_address, methods=["POST"]),
    Route(f"{_OWN}/colleague", changes.pass_on, methods=["POST"]),
    Route(f"{_OWN}/company", changes.bring, methods=["POST"]),
    Route(f"{_OWN}/company/removal", changes.take_out, methods=["POST"]),
    Route(f"{_OWN}/data.json", changes.own_data),
    Route(f"{_OWN}/erasure", changes.erasure, methods=["POST"]),
]
