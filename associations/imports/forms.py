"""What staff choose: a file, and which of its columns is which of our fields."""

from django import forms
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from advocacy_portal.lib.spreadsheets import MOST_BYTES, Unreadable
from associations.imports.columns import fields_of, letter
from associations.imports.models import RegisterImport
from associations.organisations.models import Organisation

capital = lazy(lambda words: words[:1].upper() + words[1:], str)


class UploadForm(forms.Form):
    """The file and what it has."""

    subject = forms.ChoiceField(
        label=_("What does the file have?"),
        choices=[(value, capital(label)) for value, label in RegisterImport.Subject.choices],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the file has.")},
    )
    union = forms.ModelChoiceField(
        label=_("Central organisation"), queryset=Organisation.objects.none(), empty_label=_("Choose…"),
        error_messages={"required": _("Choose the central organisation.")},
    )  # fmt: skip
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX, at most 10 MB and 50,000 rows. The first row names the columns."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        unions = Organisation.objects.staffed_by(user).order_by("name_fi")
        self.fields["union"].queryset = unions
        own = list(unions[:2])
        if len(own) == 1:
            # Most work for one union: there is nothing to choose.
            self.fields["union"].widget = forms.HiddenInput()
            self.fields["union"].initial = own[0].pk
        self.initial.setdefault("subject", RegisterImport.Subject.ORGANISATIONS)

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(Unreadable("too_big").words)
        return file


class ColumnsForm(forms.Form):
    """For each of our fields, a column of the file or none."""

    def __init__(self, *args, register_import, **kwargs):
        super().__init__(*args, **kwargs)
        self.register_import = register_import
        columns = [
            (str(number), format_lazy("{}: {}", letter(number), heading or _("(no heading)")))
            for number, heading in enumerate(register_import.columns)
        ]
        for one in fields_of(register_import.subject):
            chosen = register_import.mapping.get(one.key)
            self.fields[one.key] = forms.TypedChoiceField(
                label=one.label,
                help_text=one.hint,
                choices=[("", _("Choose the column") if one.needed else _("Not in the file")), *columns],
                coerce=int,
                empty_value=None,
                required=one.needed,
                initial="" if chosen is None else str(chosen),
                error_messages={
                    "required": format_lazy(_("Choose the column of the field “{field}”."), field=one.label),
                    "invalid_choice": _("Choose one of the columns of the file."),
                },
            )

    def clean(self):
        data = super().clean()
        taken = {}
        for key, column in list(data.items()):
            if column is None:
                continue
            if column in taken:
                self.add_error(
                    key,
                    forms.ValidationError(
                        _("The same column was already chosen for the field “%(field)s”."),
                        params={"field": self.fields[taken[column]].label},
                    ),
                )
            taken.setdefault(column, key)
        return data

    @property
    def mapping(self):
        return {key: column for key, column in self.cleaned_data.items() if column is not None}
