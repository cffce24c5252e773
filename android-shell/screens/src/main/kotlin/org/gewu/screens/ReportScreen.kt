package org.gewu.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.IntrinsicSize
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import org.gewu.model.Choice
import org.gewu.model.ClassTile
import org.gewu.model.Load
import org.gewu.model.ReportEvents
import org.gewu.model.ReportState
import org.gewu.model.Strip

/** Class, words, place, save: one thumb, in flight mode too. */
@Composable
fun ReportScreen(state: ReportState, strip: Strip, on: ReportEvents) = Frame(
    strip,
    bottom = { AtThumb { MainButton(Look.words.say("action_save"), state.canSave, on::save) } },
) {
    item { TitleWithBack(Look.words.say("report_title"), on::back) }
    when (val load = state.load) {
        Load.Loading -> item { Reading() }
        is Load.Failed -> item { Notice(load.notice, on::again) }
        Load.Ready -> form(state, on)
    }
}

private fun LazyListScope.form(state: ReportState, on: ReportEvents) {
    state.notice?.let { notice -> item { Notice(notice) } }
    state.resumed?.let { resumed -> item { Resumed(resumed, on) } }
    val chosen = state.chosen
    if (chosen == null) classes(state, on) else item { Chosen(chosen, state.conditions, on) }
    item { Words(state, on) }
    item { PlaceCard(state, on) }
}

@Composable
private fun Resumed(text: String, on: ReportEvents) = Card(ground = Look.colours.amberSoft) {
    Sides({ Say(text, Type.SMALL, Look.colours.amber) }, { QuietButton(Look.words.say("draft_discard"), onClick = on::discard) })
}

private fun LazyListScope.classes(state: ReportState, on: ReportEvents) {
    item { Field(Look.words.say("report_search"), state.search, Look.words.say("report_search"), onChange = on::search) }
    val found = state.found
    if (found == null) {
        item { Label(state.tilesLabel) }
        item { Tiles(state.tiles, on) }
    } else if (found.isEmpty()) {
        item { Empty(state.nothing.orEmpty()) }
    } else {
        items(found.size) { at -> TileOf(found[at], Modifier.fillMaxWidth(), on) }
    }
}

@Composable
private fun Tiles(tiles: List<ClassTile>, on: ReportEvents) {
    val across = if (Look.big) 1 else 2
    Column(verticalArrangement = Arrangement.spacedBy(Space.x2)) {
        tiles.chunked(across).forEach { row ->
            Row(Modifier.height(IntrinsicSize.Max), Arrangement.spacedBy(Space.x2)) {
                row.forEach { TileOf(it, Modifier.weight(1f).fillMaxHeight(), on) }
                repeat(across - row.size) { Spacer(Modifier.weight(1f)) }
            }
        }
    }
}

@Composable
private fun TileOf(tile: ClassTile, modifier: Modifier, on: ReportEvents) = PickTile(tile.name, tile.line, modifier) { on.choose(tile.key) }

@Composable
private fun Chosen(tile: ClassTile, conditions: List<Choice>, on: ReportEvents) = PickedCard(tile.name, tile.line, on::chooseAnother) {
    if (conditions.isNotEmpty()) {
        Flow(Modifier.padding(top = Space.x2)) {
            conditions.forEach { one -> ChoiceButton(one.name, one.chosen) { on.condition(one.key) } }
        }
    }
}

@Composable
private fun Words(state: ReportState, on: ReportEvents) = Column(verticalArrangement = Arrangement.spacedBy(Space.x2)) {
    Label(Look.words.say("report_text"))
    Field(Look.words.say("report_text"), state.text, Look.words.say("report_text_hint"), lines = 3, onChange = on::type)
    ChoiceButton(Look.words.say("report_urgent"), state.urgent) { on.urgent(!state.urgent) }
}

@Composable
private fun PlaceCard(state: ReportState, on: ReportEvents) = Column(verticalArrangement = Arrangement.spacedBy(Space.x2)) {
    Label(Look.words.say("case_place"))
    Card(ground = Look.colours.card) {
        Say(state.place.text, Type.BODY, Look.colours.text(state.place.tone))
        state.place.button?.let { QuietButton(it, Modifier.padding(top = Space.x2), on::locate) }
    }
}
