"""Phone numbers as people write them."""

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

# Figures with spaces, hyphens and brackets among them, 5 to 30 signs: «040 123 4567», «+358 (0)9 123 456».
check_phone = RegexValidator(
    r"\A(?=.{5,30}\Z)\(?\+?[0-9][0-9 ()+-]*\Z", _("Write a phone number, for example 040 123 4567.")
)
