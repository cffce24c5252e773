package org.gewu.screens

import androidx.compose.runtime.Composable
import org.gewu.model.Opening
import org.gewu.model.Strip
import org.gewu.model.Tone

/** While the phone is being opened, and when it cannot be. */
@Composable
fun OpeningScreen(opening: Opening, onAgain: () -> Unit) =
    Frame(Strip(listOf(Look.words.say(if (opening.notice == null) "state_loading" else "state_damaged_title")), Tone.PLAIN), bottom = {}) {
        item { Title(Look.words.say("app_name"), "") }
        item {
            val notice = opening.notice
            if (notice == null) Reading() else Notice(notice, onAgain)
        }
    }
