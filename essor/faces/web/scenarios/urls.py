"""The addresses of scenarios."""

from __future__ import annotations

from django.urls import include, path

from essor.faces.web.scenarios import builder, index, kinds, letters, occasions, people, state, texts

__all__ = ["kinds", "letters", "occasions", "urlpatterns"]

scenario = [
    path("", builder.show, name="scenario"),
    path("add", builder.add, name="scenario_add"),
    path("steps/<str:step_id>/move", builder.move, name="scenario_move"),
    path("steps/<str:step_id>/remove", builder.remove, name="scenario_remove"),
    path("travel/<str:way>", builder.travel, name="scenario_travel"),
    path("criteria", builder.edit_criteria, name="scenario_criteria"),
    path("numbers", builder.numbers, name="scenario_numbers"),
    path("test", builder.test, name="scenario_test"),
    path("people", people.show, name="scenario_people"),
    path("people/do", people.do, name="scenario_people_do"),
    path("people/<int:run_id>", people.way, name="scenario_way"),
    path("people/enter", people.enter, name="scenario_enter"),
    path("state", state.change, name="scenario_state"),
    path("versions", state.versions, name="scenario_versions"),
    path("versions/<int:number>/activate", state.activate, name="scenario_activate"),
    path("settings", state.settings, name="scenario_settings"),
]

urlpatterns = [
    path("scenarios/", index.show, name="scenarios"),
    path("scenarios/new", index.new, name="new_scenario"),
    path("scenarios/<int:flow_id>/", include(scenario)),
    path("setup/texts/", texts.edit, name="setup_texts"),
    path("setup/texts/try", texts.attempt, name="setup_try_texts"),
    path("setup/texts/turn", texts.turn, name="setup_turn_texts"),
    path("texts/<str:token>/<str:what>", texts.heard, name="text_heard"),
    path("r/<str:record_id>/scenarios", people.of_person, name="scenarios_of"),
]
