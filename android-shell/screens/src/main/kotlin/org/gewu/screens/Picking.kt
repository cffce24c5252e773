package org.gewu.screens

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.unit.dp

/** One of several to choose from: its name, and a small line below. */
@Composable
internal fun PickTile(name: String, line: String, modifier: Modifier, onClick: () -> Unit) = Column(
    modifier
        .heightIn(min = 68.dp)
        .clip(CardShape)
        .background(Look.colours.card)
        .border(1.dp, Look.colours.line, CardShape)
        .clickable(role = Role.Button, onClick = onClick)
        .padding(horizontal = Space.x3, vertical = Space.x3),
    Arrangement.Center,
) {
    Say(name, Type.STRONG)
    Say(line, Type.TINY, Look.colours.soft)
}

/** What was chosen, with a way to choose another. */
@Composable
internal fun PickedCard(name: String, line: String, onChange: () -> Unit, more: @Composable () -> Unit = {}) = Card(edge = Look.colours.jade) {
    Sides(
        {
            Column {
                Say(name, Type.HEADING)
                Say(line, Type.SMALL, Look.colours.soft)
            }
        },
        { QuietButton(Look.words.say("report_change"), onClick = onChange) },
    )
    more()
}
