EVERYBODY = dict.fromkeys(
    ["visitor", "board", "neighbour", "coordinator", "staff", "other_staff", "administrator"], "OK"
)
SIGNED_IN = EVERYBODY | {"visitor": "LOGIN"}


ROWS = {
    "home:front": EVERYBODY,
    "home:dashboard": SIGNED_IN,
    # A role that is not one's own cannot be taken.
    "home:switch_seat": dict.fromkeys(SIGNED_IN, "NO") | {"visitor": "LOGIN", "method": "post", "data": {"seat": "0"}},
    "home:help": EVERYBODY,
    "home:accessibility": EVERYBODY,
    "home:privacy": EVERYBODY,
    "livez": EVERYBODY,
    "readyz": dict.fromkeys(EVERYBODY, "503"),
}
