package org.gewu.screens

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.lazy.items
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import org.gewu.model.AreaPicker
import org.gewu.model.CaseEvents
import org.gewu.model.CaseState
import org.gewu.model.Chip
import org.gewu.model.Contested
import org.gewu.model.Explained
import org.gewu.model.Load
import org.gewu.model.Panel
import org.gewu.model.Step
import org.gewu.model.Strip
import org.gewu.model.Tone

/** One case: how it stands, what happened, what may be done now. */
@Composable
fun CaseScreen(state: CaseState, strip: Strip, on: CaseEvents) {
    val panel = state.panel
    if (panel == null) Looked(state, strip, on) else Doing(state, panel, strip, on)
}

@Composable
private fun Looked(state: CaseState, strip: Strip, on: CaseEvents) = Frame(
    strip,
    bottom = {
        state.actions.firstOrNull()?.let { first -> AtThumb { MainButton(first.label) { on.act(first.id) } } }
    },
) {
    item { TitleWithBack(state.code, on::back) }
    when (val load = state.load) {
        Load.Loading -> item { Reading() }
        is Load.Failed -> item { Notice(load.notice, on::again) }
        Load.Ready -> body(state, on)
    }
}

private fun LazyListScope.body(state: CaseState, on: CaseEvents) {
    state.notice?.let { notice -> item { Notice(notice) } }
    item { Hero(state) }
    items(state.refused) { RefusedCard(it) }
    items(state.contested) { ContestedCard(it) }
    item { Card { Facts(state.facts) } }
    item { Others(state, on) }
    if (state.explaining) items(state.explained) { ExplainedCard(it) }
    item { Label(Look.words.say("case_history")) }
    items(state.steps, key = { it.entry }) { StepCard(it, on) }
}

@Composable
private fun Hero(state: CaseState) = Card(edge = if (state.late != null) Look.colours.red else Color.Transparent) {
    Sides(
        { Say(state.title, Type.HEADING) },
        { state.late?.let { Say(it, Type.SMALL_STRONG, Look.colours.red) } },
    )
    state.text?.let { Say(it, Type.BODY) }
    Flow(Modifier.padding(top = Space.x1)) { state.chips.forEach { ChipOf(it) } }
}

@Composable
private fun RefusedCard(step: Step) = Card(ground = Look.colours.redSoft, edge = Look.colours.red) {
    Say("${step.title} · ${Look.words.say("settle_refused")}", Type.STRONG, Look.colours.red)
    step.reason?.let { Say(it, Type.SMALL) }
}

@Composable
private fun ContestedCard(contested: Contested) = Card(ground = Look.colours.amberSoft, edge = Look.colours.amber) {
    Say("${begun(contested.label)} · ${Look.words.say("case_contested")}", Type.STRONG, Look.colours.amber)
    Flow {
        contested.values.forEach { value -> ChipOf(Chip(value, Tone.PLAIN)) }
    }
    Say(Look.words.say("case_contested_text"), Type.SMALL)
}

@Composable
private fun Others(state: CaseState, on: CaseEvents) = Flow {
    state.actions.drop(1).forEach { action -> QuietButton(action.label) { on.act(action.id) } }
    if (state.explained.isNotEmpty()) QuietButton(Look.words.say("case_other_actions"), onClick = on::explain)
}

@Composable
private fun ExplainedCard(explained: Explained) = Card(ground = Look.colours.paper) {
    Say(explained.label, Type.SMALL_STRONG, Look.colours.soft)
    Say(explained.why, Type.SMALL, Look.colours.soft)
}

@Composable
private fun StepCard(step: Step, on: CaseEvents) = Card {
    Say(step.title, Type.STRONG)
    Say(step.line, Type.SMALL, Look.colours.soft)
    step.text?.let { Say(it, Type.BODY) }
    if (step.chips.isNotEmpty()) Flow(Modifier.padding(top = Space.x1)) { step.chips.forEach { ChipOf(it) } }
    step.reason?.let { Say(it, Type.SMALL, Look.colours.red) }
    step.button?.let { button -> QuietButton(button, Modifier.padding(top = Space.x2)) { on.stepAct(step.entry) } }
}

/** An act before it is saved: its words at the top, saving at the thumb. */
@Composable
private fun Doing(state: CaseState, panel: Panel, strip: Strip, on: CaseEvents) = Frame(
    strip,
    bottom = { AtThumb { MainButton(Look.words.say("action_save"), panel.canSave, on::save) } },
) {
    item { TitleWithBack(panel.title, on::back) }
    state.notice?.let { notice -> item { Notice(notice) } }
    item {
        Card {
            Say(state.title, Type.STRONG)
            Say(state.code, Type.SMALL, Look.colours.soft)
        }
    }
    panel.areas?.let { areas(it, on) }
    if (panel.days.isNotEmpty()) {
        item { Flow { panel.days.forEach { one -> ChoiceButton(one.name, one.chosen) { on.days(one.key) } } } }
    }
    item { Field(panel.textLabel, panel.text, panel.textLabel, lines = 4, onChange = on::type) }
    item { QuietButton(Look.words.say("action_cancel"), onClick = on::cancel) }
}

/** Whom or where the act sends the case: the chosen one; else the search, and below it what it gives. */
private fun LazyListScope.areas(picker: AreaPicker, on: CaseEvents) {
    item { Label(picker.label) }
    val chosen = picker.chosen
    if (chosen != null) {
        item { PickedCard(chosen.name, chosen.code, on::chooseAnother) }
    } else {
        item { Field(Look.words.say("case_area_search"), picker.search, Look.words.say("case_area_search"), onChange = on::search) }
        picker.nothing?.let { nothing -> item { Empty(nothing) } }
        items(picker.found, key = { it.code }) { tile -> PickTile(tile.name, tile.code, Modifier.fillMaxWidth()) { on.choose(tile.code) } }
    }
}
