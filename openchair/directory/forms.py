"""What a visitor fills in about meetings."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_REPORT = 4000


class ReportForm(forms.Form):
    """What is wrong with a meeting, and, for those who want an answer, where to send it."""

    text = forms.CharField(
        label=_("What is wrong, or what has changed?"),
        max_length=LONGEST_REPORT,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": _("Write a few words about what is wrong, so that someone can mend it."),
            "max_length": _("This is too long to be kept. Say it in at most %(limit_value)d letters."),
        },
    )  # fmt: skip
    reply_to = forms.CharField(
        label=_("Where can we answer you?"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "email"}),
        error_messages={"max_length": _("Use at most %(limit_value)d letters.")},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        for name, field in self.fields.items():
            described = [f"{name}-hint", *([f"{name}-error"] if name in self.errors else [])]
            field.widget.attrs["aria-describedby"] = " ".join(described)
            if name in self.errors:
                field.widget.attrs["aria-invalid"] = "true"
