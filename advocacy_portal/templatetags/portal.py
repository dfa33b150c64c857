"""What every template may say; built in, so no page loads it."""

import re
from functools import lru_cache

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.signals import setting_changed
from django.forms import CheckboxInput, Field, FileInput
from django.forms.widgets import ChoiceWidget
from django.http import QueryDict
from django.template.defaultfilters import linebreaks
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import format_html, strip_tags, urlize
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django_htmx.jinja import htmx_script

from advocacy_portal.lib import moments

register = template.Library()

SPRITE = "img/icons.svg"
STATE_CLASSES = {
    "done": "done",
    "open": "done",
    "todo": "todo",
    "few": "todo",
    "late": "late",
    "refused": "late",
    "new": "new",
    "sent": "new",
    "draft": "draft",
    "full": "draft",
    "closed": "draft",
    "ended": "draft",
}


# --- Icons -------------------------------------------------------------------------------------
@lru_cache(maxsize=1)
def icon_names():
    """The names the sprite holds."""
    path = finders.find(SPRITE)
    if not path:
        return frozenset()
    with open(path, encoding="utf-8") as sprite:
        return frozenset(re.findall(r'<symbol id="([^"]+)"', sprite.read()))


@lru_cache(maxsize=512)
def drawn(name, label):
    if settings.DEBUG and name not in icon_names():
        raise template.TemplateSyntaxError(f"No icon called {name!r} in static/{SPRITE}.")
    saying = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon" {} focusable="false"><use href="{}#{}"></use></svg>', saying, static(SPRITE), name
    )


@register.simple_tag
def icon(name, label=""):
    """A picture beside words. Give a label only where the picture stands alone."""
    return drawn(str(name), str(label))


def forget_icons(**kwargs):
    drawn.cache_clear()


# Tests change where static files live.
setting_changed.connect(forget_icons)


# --- Moments -----------------------------------------------------------------------------------
@register.simple_tag
def moment(start, end=None):
    """«ti 12.1.2027 klo 17–19», kept on one line where the line is long enough."""
    if not start:
        return ""
    return format_html('<span class="text-nowrap moment">{}</span>', moments.moment_text(start, end))


@register.simple_tag
def hours(start, end=None):
    """«klo 17–19»."""
    if not start:
        return ""
    return format_html('<span class="text-nowrap">{}</span>', moments.hours_text(start, end))


@register.filter
def weekday_date(value):
    return moments.day_text(value) if value else ""


@register.filter
def short_day(value):
    """«15.11.»: a day near enough to need no year."""
    return moments.day_text(value, weekday=False, year=False) if value else ""


@register.filter
def clock(value):
    return moments.clock_text(value) if value else ""


@register.filter
def month_short(value):
    return moments.month_text(value) if value else ""


@register.filter
def local_day(value):
    """The day of the month on Finnish clocks."""
    return moments.local(value).day if value else ""


# --- Figures -----------------------------------------------------------------------------------
@register.filter
def number(value, decimals=None):
    """«1 240» or «12,5»; nothing for nothing."""
    if value is None or value == "":
        return ""
    return number_format(value, decimals, use_l10n=True, force_grouping=True)


@register.filter
def money(cents):
    """Cents as euros: «1 240 €», «12,50 €»."""
    if cents is None or cents == "":
        return ""
    cents = int(cents)
    amount = number_format(cents // 100 if cents % 100 == 0 else cents / 100, 2 if cents % 100 else 0, True, True)
    return f"€{amount}" if moments.language_now() == "en" else f"{amount}\u00a0€"


@register.filter
def filesize_fi(size):
    """«240 kt», «1,2 Mt»; in English kB and MB."""
    if size is None or size == "":
        return ""
    size = int(size)
    byte = "t" if moments.language_now() == "fi" else "B"
    if size < 1_000:
        return f"{size}\u00a0{'tavua' if byte == 't' else 'B'}"
    if size < 1_000_000:
        return f"{number_format(max(1, round(size / 1_000)), 0)}\u00a0k{byte}"
    megas = size / 1_000_000
    return f"{number_format(megas, 0 if megas >= 10 else 1)}\u00a0M{byte}"


# --- Words -------------------------------------------------------------------------------------
@register.filter(is_safe=True)
def plain_text(value):
    """What a person typed: paragraphs and links, everything else as it was written."""
    if not value:
        return ""
    # urlize has escaped what the person typed before the paragraphs are put around it.
    return mark_safe(linebreaks(urlize(str(value), nofollow=True, autoescape=True), autoescape=False))  # noqa: S308


@register.filter
def initials(name):
    """«AM» for Aino Mallikas, in the disc beside a name."""
    words = [word for word in re.split(r"[\s@._-]+", str(name)) if word]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


@register.filter
def state_colour(name):
    """The badge class of a state: words carry the meaning, colour repeats it."""
    return STATE_CLASSES.get(str(name), "draft")


# --- Forms -------------------------------------------------------------------------------------
@register.filter
def error_anchor(field):
    """The id an error line links to: of radios and ticks the first one."""
    if getattr(field, "use_fieldset", False):
        first = next(iter(field.subwidgets), None)
        return (first and first.id_for_label) or f"{field.auto_id}_0"
    return field.id_for_label or field.auto_id


@register.filter
def field_errors(field):
    """What to do about a field. «This field is required» says neither which nor how."""
    words = []
    for error in field.errors.as_data():
        if error.code == "required" and error.message == Field.default_error_messages["required"]:
            words.append(asked_for(field))
        else:
            words.extend(str(message) for message in error)
    return words


def asked_for(field):
    widget = field.field.widget
    if isinstance(widget, CheckboxInput):
        asking = _("Tick the box: %(label)s")
    elif isinstance(widget, FileInput):
        asking = _("Add a file: %(label)s")
    elif isinstance(widget, ChoiceWidget):
        asking = _("Choose an option: %(label)s")
    else:
        asking = _("Fill in: %(label)s")
    return asking % {"label": field.label}


@register.filter
def error_lines(form):
    """What to check, top to bottom: (id of the field or nothing, the words at the field)."""
    lines = [("", message) for message in form.non_field_errors()]
    for field in form:
        anchor = "" if field.is_hidden else error_anchor(field)
        lines.extend((anchor, message) for message in field_errors(field))
    return lines


@register.filter
def is_single_tick(field):
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def may_be_left_empty(field):
    """A tick is never «optional»: leaving it empty is an answer."""
    return not field.field.required and not field.field.disabled and not is_single_tick(field)


@register.filter
def described_by(field):
    """The ids of hint and error, as Django names them."""
    ids = [f"{field.auto_id}_helptext"] if field.help_text else []
    if field.errors:
        ids.append(f"{field.auto_id}_error")
    return " ".join(ids)


# --- Page frame --------------------------------------------------------------------------------
class FilledNode(template.Node):
    def __init__(self, nodelist, tag, css_class, icon_name):
        self.nodelist, self.tag, self.css_class, self.icon_name = nodelist, tag, css_class, icon_name

    def render(self, context):
        inner = mark_safe(self.nodelist.render(context).strip())  # noqa: S308 - rendered by templates, which escape
        if not inner:
            return ""
        # A page may bring its own element where it needs attributes on it.
        if re.match(rf"<{self.tag}\b", inner):
            return inner
        if self.tag == "p" and re.match(r"<(p|div|ul|dl)\b", inner):
            return format_html('<div class="{}">{}</div>', self.css_class, inner)
        picture = "" if not self.icon_name or "<svg" in inner else drawn(self.icon_name, "")
        css = format_html(' class="{}"', self.css_class) if self.css_class else ""
        label = format_html(' aria-label="{}"', _("One level up")) if self.tag == "nav" else ""
        return format_html("<{}{}{}>{}{}</{}>", self.tag, css, label, picture, inner, self.tag)


@register.tag
def filled(parser, token):
    """``{% filled "p" "eyebrow" %}…{% endfilled %}``: the element, unless nothing is in it."""
    words = [word.strip("\"'") for word in token.split_contents()[1:]]
    nodelist = parser.parse(("endfilled",))
    parser.delete_first_token()
    return FilledNode(nodelist, words[0], words[1] if len(words) > 1 else "", words[2] if len(words) > 2 else "")


class MovingNode(template.Node):
    def __init__(self, nodelist):
        self.nodelist = nodelist

    def render(self, context):
        inner = self.nodelist.render(context)
        return inner + htmx_script(version=4) if " hx-" in inner else inner


@register.tag
def moving(parser, token):
    """Around the content of a page: htmx comes along where something uses it, and nowhere else."""
    nodelist = parser.parse(("endmoving",))
    parser.delete_first_token()
    return MovingNode(nodelist)


@register.filter
def page_range(page_obj):
    """Page numbers around this one, None where some are skipped."""
    return [
        None if not isinstance(place, int) else place
        for place in page_obj.paginator.get_elided_page_range(page_obj.number, on_each_side=1, on_ends=1)
    ]


@register.filter
def as_text(value):
    """Text without marks, for titles and labels."""
    return strip_tags(str(value))


@register.simple_tag(takes_context=True)
def page_query(context, page_number):
    """The address of another page of the same list: filters stay as they are."""
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    query[context.get("param") or "page"] = page_number
    return f"?{query.urlencode()}"
