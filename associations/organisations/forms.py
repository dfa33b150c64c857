"""What people may type about organisations."""

import hashlib
import json

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from advocacy_portal.lib.phones import check_phone
from associations.organisations import branding, logos
from associations.organisations.models import LANGUAGES, Organisation
from associations.places.models import Municipality, WellbeingRegion

MOST_REGIONS = 5


class LogoField(forms.FileField):
    """A picture that comes out as clean PNG bytes; none when nothing was chosen."""

    def __init__(self, **words):
        words.setdefault("label", _("Logo"))
        words.setdefault("help_text", _("PNG, JPEG or WebP, at most 2 MB and 4000 pixels a side."))
        super().__init__(
            required=False,
            widget=forms.FileInput(attrs={"accept": logos.ACCEPT, "data-file": True}),
            **words,
        )

    def clean(self, data, initial=None):
        file = super().clean(data, initial)
        return logos.redrawn(file) if file else None


class SeenForm(forms.ModelForm):
    """A form that knows what its reader has seen: nobody undoes unaware what another has changed meanwhile.

    Lines that only the other has changed keep the other's words; a line that both changed is told.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2000)

    def remember(self):
        """Write down how each line stands now. Call it when the fields are as they will be."""
        self.stands = {name: digest(self.initial.get(name)) for name in self.fields if name in self._meta.fields}
        self.initial["seen"] = json.dumps(self.stands)

    def clean(self):
        data = super().clean()
        try:
            seen = dict(json.loads(data.get("seen") or "{}"))
        except (ValueError, TypeError, RecursionError):
            seen = {}
        self.changed = []
        for name in self.changed_data:
            if name not in self.stands or name not in data:
                continue
            if seen.get(name, self.stands[name]) == self.stands[name]:
                self.changed.append(name)
            # What both wrote alike, or what stands in this form only because it is old, is left alone.
            elif digest(self.typed(name)) not in (seen[name], self.stands[name]):
                self.add_error(name, self.collision(name))
                seen[name] = self.stands[name]
        if self.errors:
            # Told once: the next saving of a line that both changed counts from what stands now.
            self.data = self.data.copy()
            self.data[self.add_prefix("seen")] = json.dumps(seen)
        return data

    def collision(self, name):
        theirs = self.initial.get(name)
        if isinstance(theirs, str) and theirs:
            return gettext("Somebody else has meanwhile changed this to “%(theirs)s”. Look at it again and save.") % {
                "theirs": Truncator(theirs).chars(80)
            }
        return gettext("Somebody else has changed this meanwhile. Look at it again and save.")

    def typed(self, name):
        return self.cleaned_data.get(name)


def digest(value):
    """The same for what reads the same: the order of a choice and the ends of lines say nothing."""
    if hasattr(value, "all"):
        value = list(value.all())
    if isinstance(value, list | tuple | set) or hasattr(value, "values_list"):
        value = sorted(str(getattr(one, "pk", one)) for one in value)
    text = "" if value is None else str(value)
    return hashlib.sha256(text.replace("\r\n", "\n").strip().encode()).hexdigest()[:12]


class OrganisationForm(SeenForm):
    """What an organisation tells of itself in public."""

    languages = forms.MultipleChoiceField(
        label=_("Languages of service"), choices=LANGUAGES, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one language.")},
    )  # fmt: skip
    new_logo = LogoField()
    remove_logo = forms.BooleanField(label=_("Remove the logo"), required=False)

    # Only the union's staff keep these.
    NAMES = ("name_sv", "short_name", "wellbeing_regions")

    class Meta:
        model = Organisation
        fields = [
            "name_sv", "short_name", "wellbeing_regions",
            "email", "phone", "website", "languages", "introduction", "municipalities",
        ]  # fmt: skip
        labels = {
            "email": _("The organisation's e-mail address"),
            "phone": _("The organisation's phone number"),
            "introduction": _("Introduction for visitors"),
            "municipalities": _("Municipalities where you work"),
            "wellbeing_regions": _("Wellbeing regions of the district"),
        }
        help_texts = {
            "email": _("Everybody sees it in the directory. Use a shared address if you have one."),
            "phone": _("Everybody sees it in the directory. For example 040 123 4567."),
            "website": _("For example https://www.esimerkki.fi"),
            "introduction": _("What you do, for whom and where. At most 2,000 characters."),
            "wellbeing_regions": _("A district covers one to five wellbeing regions."),
        }
        widgets = {
            "email": forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
            "website": forms.URLInput(attrs={"autocomplete": "url", "inputmode": "url"}),
            "introduction": forms.Textarea(attrs={"rows": 8}),
            "municipalities": forms.CheckboxSelectMultiple,
            "wellbeing_regions": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args, may_name=False, **kwargs):
        super().__init__(*args, **kwargs)
        kind = self.instance.kind
        if not may_name:
            for name in self.NAMES:
                del self.fields[name]
        elif kind != Organisation.Kind.DISTRICT:
            del self.fields["wellbeing_regions"]
        else:
            self.fields["wellbeing_regions"].queryset = WellbeingRegion.objects.all()
        if kind != Organisation.Kind.ASSOCIATION:
            del self.fields["municipalities"]
        else:
            self.places = list(
                Municipality.objects.on(timezone.localdate()).select_related("wellbeing_region").order_by("name_fi")
            )
            self.fields["municipalities"].queryset = Municipality.objects.on(timezone.localdate())
            self.fields["municipalities"].choices = [(place.pk, place.name) for place in self.places]
        if not self.instance.logo:
            del self.fields["remove_logo"]
        self.initial["languages"] = [code for code in self.instance.languages.replace(" ", "").split(",") if code]
        self.remember()
        self.fields["phone"].validators.append(check_phone)
        # A link of another kind (javascript:, ftp:) has no place on a public page.
        self.fields["website"].validators.append(URLValidator(schemes=["http", "https"]))

    def plain_fields(self):
        """Those that are shown one under the other."""
        return [field for field in self.visible_fields() if field.name != "municipalities"]

    def regions(self):
        """The municipalities under their wellbeing regions, one's own region first: [(name, lines, chosen, is_own)]."""
        chosen = {str(getattr(one, "pk", one)) for one in self["municipalities"].value() or []}
        home = self.instance.home_municipality
        own = {home.wellbeing_region_id} if home else set()
        own |= {place.wellbeing_region_id for place in self.places if str(place.pk) in chosen}
        groups = {}
        for place in self.places:
            region = place.wellbeing_region
            name = region.short_name if region else gettext("Åland")
            key = (place.wellbeing_region_id not in own, name)
            groups.setdefault(key, []).append((place.pk, place.name, str(place.pk) in chosen))
        return [
            (name, lines, sum(is_chosen for _pk, _name, is_chosen in lines), not is_far)
            for (is_far, name), lines in sorted(groups.items())
        ]

    def clean_languages(self):
        return ",".join(self.cleaned_data["languages"])

    def typed(self, name):
        value = self.cleaned_data.get(name)
        return [code for code in value.split(",") if code] if name == "languages" else value

    def clean_wellbeing_regions(self):
        regions = self.cleaned_data["wellbeing_regions"]
        if len(regions) > MOST_REGIONS:
            raise ValidationError(_("A district covers at most five wellbeing regions."))
        return regions

    def save_changes(self):
        """Save only the lines that were changed here. Call it in a transaction that holds the row."""
        many = {"municipalities", "wellbeing_regions"} & set(self.changed)
        plain = [name for name in self.changed if name not in many]
        if plain:
            self.instance.save(update_fields=plain)
        for name in many:
            getattr(self.instance, name).set(self.cleaned_data[name])
        picture = self.cleaned_data.get("new_logo")
        if picture or self.cleaned_data.get("remove_logo"):
            self.instance.change_logo(picture)


class ColourInput(forms.TextInput):
    input_type = "color"


class LogoForm(forms.Form):
    """A logo alone."""

    logo = LogoField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["logo"].required = True


class BrandForm(forms.Form):
    """A union's colours. What cannot be read is refused, with the figure."""

    primary = forms.CharField(
        label=_("Main colour"), help_text=_("Buttons and links. White text must be readable on it.")
    )
    primary_code = forms.CharField(label=_("Main colour as a code"))
    strong = forms.CharField(
        label=_("Strong colour"), help_text=_("Foot of the page and pressed buttons: darker than the main colour.")
    )
    strong_code = forms.CharField(label=_("Strong colour as a code"))
    soft = forms.CharField(
        label=_("Soft colour"), help_text=_("Ground of icons and dates: so light that the main colour is read on it.")
    )
    soft_code = forms.CharField(label=_("Soft colour as a code"))

    COLOURS = tuple(branding.PORTAL)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        code = RegexValidator(r"^#?[0-9A-Fa-f]{6}$", _("Write the colour as a code, for example #0b5563."))
        for name in self.COLOURS:
            self.fields[name].widget = ColourInput(attrs={"class": "form-control-color"})
            self.fields[name].validators = [code]
            typed = self.fields[f"{name}_code"]
            typed.required = False
            typed.help_text = _("If you write here, this is what counts. For example #0b5563.")
            typed.validators = [code]
            typed.widget.attrs = {"autocomplete": "off", "spellcheck": "false", "maxlength": 7}

    def clean(self):
        data = super().clean()
        self.colours = {}
        for name in self.COLOURS:
            value = data.get(f"{name}_code") or data.get(name)
            if value and not {name, f"{name}_code"} & set(self.errors):
                self.colours[name] = "#" + value.lower().lstrip("#")
        if len(self.colours) == len(self.COLOURS):
            for reading in branding.readings(self.colours):
                if not reading.is_enough:
                    self.add_error(reading.field, reading.complaint())
        return data

    @property
    def readings(self):
        """How every pair reads, of the colours typed or of those in use."""
        colours = getattr(self, "colours", None) or self.initial
        return branding.readings(colours) if len(colours) == len(self.COLOURS) else []
