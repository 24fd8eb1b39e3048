"""The addresses of letters at the desk: written to many, sent by themselves, and the log of all of them."""

from starlette.routing import Route

from events_app.accounts.guard import for_organizers
from events_app.mailings.desk import changes, health, outbox, reminders, sending, write
from events_app.typed.desk import keeping

_EVENT = "/desk/events/{event_id:uuid}"
_WRITE = f"{_EVENT}/write"
_ONE = f"{_WRITE}/{{mailing_id:uuid}}"
_LETTER = "/desk/letters/{letter_id:uuid}"

routes = [
    Route(f"{_EVENT}/letters", for_organizers(outbox.letters)),
    Route(f"{_EVENT}/letters/again", for_organizers(outbox.ask_again), methods=["GET"]),
    Route(f"{_EVENT}/letters/again", for_organizers(outbox.send_all_again), methods=["POST"]),
    Route(_LETTER, for_organizers(outbox.letter), methods=["GET"]),
    Route(f"{_LETTER}/html", for_organizers(outbox.letter_html)),
    Route(f"{_LETTER}/attachments/{{number:int}}", for_organizers(outbox.letter_attachment)),
    Route(f"{_LETTER}/sending", for_organizers(outbox.send_again), methods=["POST"]),
    Route(_WRITE, for_organizers(keeping(write.write)), methods=["GET"]),
    Route(_WRITE, for_organizers(keeping(write.save)), methods=["POST"]),
    Route(_ONE, for_organizers(sending.show), methods=["GET"]),
    Route(f"{_ONE}/edit", for_organizers(keeping(write.edit)), methods=["GET"]),
    Route(f"{_ONE}/edit", for_organizers(keeping(write.save_again)), methods=["POST"]),
    Route(f"{_ONE}/test", for_organizers(sending.send_test), methods=["POST"]),
    Route(f"{_ONE}/sending", for_organizers(sending.send), methods=["POST"]),
    Route(f"{_ONE}/rest", for_organizers(sending.go_on), methods=["POST"]),
    Route(f"{_ONE}/deletion", for_organizers(sending.delete), methods=["POST"]),
    Route(f"{_EVENT}/changes", for_organizers(changes.show), methods=["GET"]),
    Route(f"{_EVENT}/changes", for_organizers(changes.send), methods=["POST"]),
    Route(f"{_EVENT}/reminders", for_organizers(reminders.show), methods=["GET"]),
    Route(f"{_EVENT}/reminders", for_organizers(reminders.save), methods=["POST"]),
    Route("/desk/mail", for_organizers(health.show), methods=["GET"]),
    Route("/desk/mail/letters", for_organizers(outbox.letters_about_none)),
    Route("/desk/mail/again", for_organizers(outbox.ask_again), methods=["GET"]),
    Route("/desk/mail/again", for_organizers(outbox.send_all_again), methods=["POST"]),
    Route("/desk/mail/test", for_organizers(health.test_letter), methods=["POST"]),
]
