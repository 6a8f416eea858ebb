"""Triggers that nobody who may only write rows can switch off.

pgtrigger lets every trigger skip itself where the session says so (`SET pgtrigger.ignore`), and any role may say so: a
business row would change without an event, a ledger would be overwritten. Our triggers do not ask.
"""

from typing import Any

import pgtrigger
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger import compiler

_BODY = """
                {declare}
                BEGIN
                    {func}
                END;
            """


class TriggerSql(compiler.UpsertTriggerSql):
    """pgtrigger's SQL of a trigger without the guard. Migrations name this class: another text needs another class."""

    def get_template(self) -> str:
        """A function, its trigger, and the digest by which pgtrigger knows this text again."""
        return f"""
            CREATE OR REPLACE FUNCTION {{pgid}}()
            RETURNS TRIGGER AS $${_BODY}$$ LANGUAGE plpgsql;

            DROP TRIGGER IF EXISTS {{pgid}} ON {{table}};
            CREATE {{constraint}} TRIGGER {{pgid}}
                {{when}} {{operation}} ON {{table}}
                {{timing}}
                {{referencing}}
                FOR EACH {{level}} {{condition}}
                EXECUTE PROCEDURE {{execute}};

            COMMENT ON TRIGGER {{pgid}} ON {{table}} IS '{{hash}}';
        """

    @property
    def body(self) -> str:
        """The function's body, to the letter as the database keeps it."""
        return _BODY.format(**{**self.defaults, **self.kwargs})

    @property
    def definition(self) -> str:
        """The statement that makes the trigger."""
        return str(self).rpartition("$$ LANGUAGE plpgsql;")[2].split(";")[1].strip()


def unguarded(trigger: compiler.Trigger) -> compiler.Trigger:
    """The same compiled trigger without the guard."""
    named = {name: value for name, value in trigger.sql.kwargs.items() if name != "ignore_func_name"}
    return compiler.Trigger(name=trigger.name, sql=TriggerSql(**named))


class Unguarded:
    """Mixed into a class of triggers: what it compiles to has no guard."""

    def compile(self, model: Any) -> compiler.Trigger:
        """As migrations install it."""
        return unguarded(super().compile(model))  # type: ignore[misc]  # of the class that this is mixed into


class Trigger(Unguarded, pgtrigger.Trigger):
    """A trigger of our own words."""


class Protect(Unguarded, pgtrigger.Protect):
    """A trigger that refuses an operation."""


class RemoveGuards(Operation):
    """Migration: install all triggers of the app anew, without the guard that its earlier migrations gave them."""

    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Triggers that are known without a guard."""
        for (app, name), model in list(state.models.items()):
            if app == app_label and model.options.get("triggers"):
                model.options["triggers"] = [unguarded(trigger) for trigger in model.options["triggers"]]
                state.reload_model(app, name, delay=True)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Install what the state says."""
        for (app, _name), model in to_state.models.items():
            for trigger in model.options.get("triggers", []) if app == app_label else []:
                schema_editor.execute(trigger.install_sql, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Install them with the guard again: the state before says so."""
        self.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """In the words of `migrate`."""
        return "Install all triggers without a guard that sessions could set"
