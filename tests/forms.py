"""Forms as a browser sends them."""


def filled(form):
    """What a browser would send of the form as it stands."""
    data = {}
    for field in form:
        value = field.value()
        if isinstance(value, list | tuple):
            data[field.html_name] = [str(one) for one in value]
        elif value not in (None, False, ""):
            data[field.html_name] = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return data
