"""Path converters."""

from django.urls import register_converter


class RowConverter:
    """A row's number that fits the database's bigint; a longer one is simply not found."""

    regex = "[0-9]{1,18}"

    def to_python(self, value):
        return int(value)

    def to_url(self, value):
        return str(value)


register_converter(RowConverter, "row")
