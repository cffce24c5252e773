package org.gewu.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.lazy.items
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import org.gewu.model.Load
import org.gewu.model.MeEvents
import org.gewu.model.MeState
import org.gewu.model.Strip
import org.gewu.model.Tab

/** Who this phone is, what it holds, how it stands with the hub. */
@Composable
fun MeScreen(state: MeState, strip: Strip, on: MeEvents, onShow: (Tab) -> Unit) = Frame(
    strip,
    bottom = {
        if (state.enrolled) AtThumb { MainButton(Look.words.say("me_sync"), state.busy == null, on::syncNow) }
        TabBar(Tab.ME, onShow)
    },
) {
    item { Title(Look.words.say("me_title"), state.area) }
    when (val load = state.load) {
        Load.Loading -> item { Reading() }
        is Load.Failed -> item { Notice(load.notice, on::again) }
        Load.Ready -> about(state, on)
    }
}

private fun LazyListScope.about(state: MeState, on: MeEvents) {
    state.notice?.let { notice -> item { Notice(notice) } }
    state.busy?.let { busy -> item { Say(busy, Type.SMALL, Look.colours.soft) } }
    state.said?.let { said -> item { Say(said, Type.SMALL, Look.colours.jade) } }
    items(state.notices) { Notice(it) }
    item { if (state.enrolled) Who(state) else Join(state, on) }
    item { Label(Look.words.say("me_storage")) }
    item {
        Card {
            Say(state.storage, Type.SMALL)
            Say(begun(state.version), Type.SMALL, Look.colours.soft)
        }
    }
    item { Label(Look.words.say("me_language")) }
    item { Flow { state.languages.forEach { one -> ChoiceButton(one.name, one.chosen) { on.language(one.key) } } } }
    item { QuietButton(Look.words.say("me_diagnostics"), onClick = on::diagnostics) }
    state.diagnostics?.let { text -> item { Diagnostics(text) } }
}

@Composable
private fun Who(state: MeState) = Card {
    Heading(state.who)
    Facts(state.facts)
    Say(begun(state.grant), Type.SMALL, Look.colours.soft)
}

@Composable
private fun Diagnostics(text: String) = Card {
    Say(Look.words.say("me_diagnostics_text"), Type.SMALL)
    Say(text, Type.TINY, Look.colours.soft)
}

@Composable
private fun Join(state: MeState, on: MeEvents) = Card {
    Heading(Look.words.say("me_join_title"))
    Column(verticalArrangement = Arrangement.spacedBy(Space.x3)) {
        Say(Look.words.say("me_join_text"), Type.BODY, Look.colours.soft)
        if (state.canScan) QuietButton(Look.words.say("me_scan"), Modifier.fillMaxWidth(), on::scan)
        Field(Look.words.say("me_invitation"), state.invitation, Look.words.say("me_invitation"), onChange = on::invitation)
        MainButton(Look.words.say("me_join"), state.canEnrol, on::enrol)
    }
}
