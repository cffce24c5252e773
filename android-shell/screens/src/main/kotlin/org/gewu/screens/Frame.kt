package org.gewu.screens

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.WindowInsets
import androidx.compose.foundation.layout.defaultMinSize
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawing
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.layout.windowInsetsPadding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.lazy.LazyListState
import androidx.compose.foundation.lazy.rememberLazyListState
import androidx.compose.foundation.selection.selectable
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import org.gewu.model.Chip
import org.gewu.model.Strip
import org.gewu.model.Tab
import org.gewu.model.Tone

internal fun Modifier.choosable(chosen: Boolean, onClick: () -> Unit) = selectable(chosen, role = Role.RadioButton, onClick = onClick)

/** Every screen: what is true about sync, the content that scrolls, what is at the thumb. */
@Composable
internal fun Frame(
    strip: Strip,
    list: LazyListState = rememberLazyListState(),
    bottom: @Composable () -> Unit,
    content: LazyListScope.() -> Unit,
) = Column(Modifier.fillMaxSize().background(Look.colours.paper).windowInsetsPadding(WindowInsets.safeDrawing)) {
    StripLine(strip)
    LazyColumn(
        Modifier.weight(1f).fillMaxWidth(),
        list,
        PaddingValues(start = Space.x4, end = Space.x4, top = Space.x2, bottom = Space.x5),
        verticalArrangement = Arrangement.spacedBy(Space.x3),
        content = content,
    )
    bottom()
}

@Composable
private fun StripLine(strip: Strip) {
    val colours = Look.colours
    Box(Modifier.fillMaxWidth().background(colours.ground(strip.tone)).padding(horizontal = Space.x4, vertical = Space.x2)) {
        Flow { strip.parts.forEach { Say(begun(it), Type.SMALL, colours.text(strip.tone)) } }
    }
}

/** Where one is, and in which area. */
@Composable
internal fun Title(text: String, area: String) = Sides(
    { Say(text, Type.TITLE, modifier = Modifier.padding(vertical = Space.x1).semantics { heading() }) },
    { if (area.isNotEmpty()) ChipOf(Chip(area, Tone.JADE)) },
    Alignment.CenterVertically,
)

/** The title of a screen that one goes back from. */
@Composable
internal fun TitleWithBack(text: String, onBack: () -> Unit) = Row(verticalAlignment = Alignment.CenterVertically) {
    BackButton(onBack)
    Say(text, Type.TITLE, modifier = Modifier.weight(1f).semantics { heading() })
}

/** Ground under what is at the thumb. */
@Composable
internal fun AtThumb(content: @Composable () -> Unit) = Column(
    Modifier.fillMaxWidth().background(Look.colours.paper).padding(horizontal = Space.x4, vertical = Space.x2),
    Arrangement.spacedBy(Space.x2),
) { content() }

/** The three places. The chosen one is bold and has a line above it: colour alone says nothing. */
@Composable
internal fun TabBar(chosen: Tab, onShow: (Tab) -> Unit) = Column(Modifier.fillMaxWidth().background(Look.colours.card)) {
    Box(Modifier.fillMaxWidth().height(1.dp).background(Look.colours.line))
    Row(Modifier.fillMaxWidth().padding(horizontal = Space.x2), Arrangement.SpaceAround) {
        TabOf(Look.words.say("nav_today"), chosen == Tab.TODAY) { onShow(Tab.TODAY) }
        TabOf(Look.words.say("nav_supervise"), chosen == Tab.SUPERVISE) { onShow(Tab.SUPERVISE) }
        TabOf(Look.words.say("nav_me"), chosen == Tab.ME) { onShow(Tab.ME) }
    }
}

@Composable
private fun TabOf(text: String, chosen: Boolean, onClick: () -> Unit) {
    val colours = Look.colours
    Column(
        Modifier
            .heightIn(min = 56.dp)
            .defaultMinSize(minWidth = 72.dp)
            .selectable(chosen, role = Role.Tab, onClick = onClick)
            .padding(horizontal = Space.x2),
        Arrangement.SpaceBetween,
        Alignment.CenterHorizontally,
    ) {
        Box(Modifier.width(32.dp).height(3.dp).clip(RoundShape).background(if (chosen) colours.jade else colours.card))
        Say(
            text,
            if (chosen) Type.SMALL_STRONG else Type.SMALL,
            if (chosen) colours.jade else colours.soft,
            Modifier.padding(vertical = Space.x3),
            TextAlign.Center,
        )
        Box(Modifier.height(3.dp))
    }
}
