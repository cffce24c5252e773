package org.gewu.screens

import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.lazy.items
import androidx.compose.runtime.Composable
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
        if (state.enrolled) AtThumb { MainButton(Look.words.say("ScreenSyncNow"), state.busy == null, on::syncNow) }
        TabBar(Tab.ME, onShow)
    },
) {
    item { Title(Look.words.say("ScreenMe"), state.area) }
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
    item { Label(Look.words.say("ScreenStorage")) }
    item { Card { Facts(state.storage) } }
    item { Label(Look.words.say("PageLanguage")) }
    item { Flow { state.languages.forEach { one -> ChoiceButton(one.name, one.chosen) { on.language(one.key) } } } }
    item { Label(Look.words.say("ScreenHelp")) }
    item { QuietButton(Look.words.say("ScreenDiagnostics"), onClick = on::diagnostics) }
    state.diagnostics?.let { text -> item { Card { Say(text, Type.TINY, Look.colours.soft) } } }
}

@Composable
private fun Who(state: MeState) = Card {
    Heading(state.who)
    Facts(state.facts)
}

@Composable
private fun Join(state: MeState, on: MeEvents) = Card {
    Heading(Look.words.say("ScreenJoin"))
    Say(Look.words.say("ScreenJoinHow"), Type.BODY, Look.colours.soft)
    if (state.canScan) QuietButton(Look.words.say("ScreenScan"), onClick = on::scan)
    Field(Look.words.say("ScreenInvitation"), state.invitation, Look.words.say("ScreenInvitation"), onChange = on::invitation)
    MainButton(Look.words.say("ScreenEnrol"), state.canEnrol, on::enrol)
}
