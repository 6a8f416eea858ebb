"""Forms of the desk: which messages are shown, how they are sent."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from pilots.states.notices import DEFAULT_CHOICES, Choice, Topic
from pilots.web.forms import StyledForm


class MessageFilter(StyledForm):
    """Which messages the desk shows; kept in the address."""

    show = forms.ChoiceField(
        label=_("Show"), required=False, choices=[("", _("All messages")), ("unread", _("Unread only"))]
    )
    topic = forms.ChoiceField(label=_("Topic"), required=False)

    def __init__(self, *args: Any, topics: list[Topic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("All topics")), *((topic.value, topic.label) for topic in topics)]
        self.fields["topic"].choices = choices  # type: ignore[attr-defined]  # ChoiceField


class DeliveryForm(StyledForm):
    """How each topic reaches a person, and the language of e-mails."""

    language = forms.ChoiceField(label=_("Language of e-mails and of this browser"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, topics: list[Topic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.topics = [topic for topic in topics if topic in DEFAULT_CHOICES]
        for topic in self.topics:
            widget = forms.Select(attrs={"class": "form-select"})
            self.fields[str(topic)] = forms.ChoiceField(
                label=topic.label, choices=Choice.choices, help_text=HELP[topic], widget=widget
            )

    def topic_fields(self) -> list[forms.BoundField]:
        """One field for each topic."""
        return [self[str(topic)] for topic in self.topics]

    def choices(self) -> dict[Topic, Choice]:
        """The choices as the operation takes them."""
        return {topic: Choice(self.cleaned_data[str(topic)]) for topic in self.topics}


HELP = {
    Topic.RECORDS: _("Registrations, closures, corrections of reports, changed targets."),
    Topic.WORK: _("Proposals to confirm, and what became of my own."),
    Topic.ACCESS: _("Roles given and ended; keys made, revoked, about to expire."),
    Topic.SYSTEM: _("Night runs and e-mails that failed."),
}
