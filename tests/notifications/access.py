"""Who may open the pages of the letters. The table's letter is one of the union."""

import itertools

numbers = itertools.count()


def a_letter(world):
    from notifications.letters import LetterKind, kind_of, queue_letter, register_kind
    from notifications.models import OutgoingMail

    if kind_of(OutgoingMail(kind="access-test")) is None:
        register_kind(LetterKind("access-test", lambda mail: None))
    key = f"access:{next(numbers)}"
    mail = queue_letter("access-test", key=key, to="a@example.org", union=world.union.pk)
    OutgoingMail.objects.filter(pk=mail.pk).update(state="failed")
    return [mail.pk]


_NO = ["member", "board", "chair", "neighbour", "coordinator", "far_coordinator", "legal"]
_ROLES = {"visitor": "LOGIN", **dict.fromkeys(_NO, "NO"), "staff": "OK"}
ROWS = {
    "letters:letter_list": {**_ROLES, "method": "get", "other_staff": "OK", "administrator": "OK"},
    "letters:letter": {**_ROLES, "args": a_letter, "method": "get", "other_staff": "GONE", "administrator": "OK"},
    "letters:letter_resend": {
        **_ROLES, "args": a_letter, "method": "post", "other_staff": "GONE", "administrator": "OK",
    },
}  # fmt: skip
