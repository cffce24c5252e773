package org.gewu.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.lazy.rememberLazyListState
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.derivedStateOf
import androidx.compose.runtime.getValue
import androidx.compose.runtime.remember
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import org.gewu.model.CaseRow
import org.gewu.model.DraftOffer
import org.gewu.model.Load
import org.gewu.model.Strip
import org.gewu.model.Tab
import org.gewu.model.TodayEvents
import org.gewu.model.TodayState
import org.gewu.model.UndoBar

/** What is late, what is next, and a big button to report. */
@Composable
fun TodayScreen(state: TodayState, strip: Strip, on: TodayEvents, onShow: (Tab) -> Unit) {
    val list = rememberLazyListState()
    val atEnd by remember { derivedStateOf { !list.canScrollForward } }
    LaunchedEffect(atEnd, state.sections) { if (atEnd) on.more() }
    Frame(
        strip,
        list,
        bottom = {
            AtThumb {
                state.undo?.let { Undo(it, on::undo) }
                MainButton(Look.words.say("report_title"), onClick = on::report)
            }
            TabBar(Tab.TODAY, onShow)
        },
    ) {
        item { Title(Look.words.say("today_title"), state.area) }
        when (val load = state.load) {
            Load.Loading -> item { Reading() }
            is Load.Failed -> item { Notice(load.notice, on::again) }
            Load.Ready -> cases(state, on)
        }
    }
}

private fun LazyListScope.cases(state: TodayState, on: TodayEvents) {
    item { Field(Look.words.say("today_search"), state.search, Look.words.say("today_search"), onChange = on::search) }
    state.notice?.let { notice -> item { Notice(notice) } }
    items(state.drafts) { DraftCard(it, on) }
    state.empty?.let { empty -> item {
            Card {
                Say(empty.title, Type.HEADING)
                Say(empty.text, Type.BODY, Look.colours.soft)
            }
        } }
    state.sections.forEach { section ->
        item { Label(section.label) }
        items(section.rows, key = { it.code }) { row -> CaseCard(row) { on.open(row.code) } }
    }
}

/** One case: one bold line, one soft line, one figure. */
@Composable
internal fun CaseCard(row: CaseRow, onOpen: () -> Unit) {
    val colours = Look.colours
    Card(edge = if (row.late) colours.red else Color.Transparent, onClick = onOpen) {
        Sides(
            { Say(row.title, Type.STRONG) },
            { row.figure?.let { Say(it, if (row.late) Type.SMALL_STRONG else Type.SMALL, if (row.late) colours.red else colours.soft) } },
        )
        Flow {
            Say(row.line, Type.SMALL, colours.soft)
            row.chips.forEach { ChipOf(it) }
        }
    }
}

@Composable
private fun DraftCard(draft: DraftOffer, on: TodayEvents) = Card(ground = Look.colours.amberSoft) {
    Say(draft.title, Type.STRONG, Look.colours.amber)
    Say(draft.line, Type.SMALL)
    Flow(Modifier.padding(top = Space.x2)) {
        QuietButton(Look.words.say("draft_resume")) { on.resumeDraft(draft.about) }
        QuietButton(Look.words.say("draft_discard")) { on.discardDraft(draft.about) }
    }
}

@Composable
private fun Undo(undo: UndoBar, onUndo: () -> Unit) = Card(ground = Look.colours.jadeSoft) {
    if (Look.big) {
        Column(verticalArrangement = Arrangement.spacedBy(Space.x2)) {
            Say(undo.text, Type.SMALL)
            QuietButton(undo.button, onClick = onUndo)
        }
    } else {
        Row(horizontalArrangement = Arrangement.spacedBy(Space.x3), verticalAlignment = Alignment.CenterVertically) {
            Say(undo.text, Type.SMALL, modifier = Modifier.weight(1f))
            QuietButton(undo.button, onClick = onUndo)
        }
    }
}
