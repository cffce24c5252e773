package org.gewu.model

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.StateFlow
import org.gewu.bridge.Phone
import org.gewu.bridge.Place
import org.gewu.bridge.Status
import org.gewu.bridge.Trouble
import org.gewu.bridge.TroubleKind

/** What came of asking where the phone is. */
sealed interface Fix {
    data class At(val place: Place) : Fix

    /** The person does not let this app know. */
    data object Refused : Fix

    /** No satellite, no network: a stairwell. */
    data object Absent : Fix
}

/** Asks the phone once where it is; answers within its own limit of time. */
fun interface Whereabouts {
    suspend fun once(): Fix
}

/** All that a screen's model works with. */
class Surroundings(
    val phone: Phone,
    val words: Words,
    val said: Said,
    val scope: CoroutineScope,
    val online: StateFlow<Boolean>,
    val whereabouts: Whereabouts,
)

/** The one line at the top. Amber only while something is only here. */
internal fun Surroundings.strip(status: Status?): Strip {
    if (status == null) return Strip(listOf(words.say("state_loading")), Tone.PLAIN)
    val confirmed = (status.lastConfirmedS ?: status.lastContactS)?.let(said::time)
    val here = status.unsent > 0
    val stands = when {
        here && confirmed == null -> words.say("status_unsent_never", "count" to status.unsent)
        here -> words.say("status_unsent", "count" to status.unsent, "time" to checkNotNull(confirmed))
        confirmed == null -> words.say("status_never")
        status.sent > 0 -> words.say("status_sent", "count" to status.sent)
        else -> words.say("status_confirmed", "time" to confirmed)
    }
    val offline = words.say("status_offline").takeIf { !online.value }
    return Strip(listOfNotNull(stands, offline), if (here) Tone.AMBER else Tone.PLAIN)
}

/** A failed call as a card. Only what was refused is red. */
internal fun Surroundings.notice(trouble: Trouble, button: String? = null): NoticeState = NoticeState(
    trouble.what,
    trouble.safe,
    trouble.next,
    if (trouble.kind == TroubleKind.REFUSED) Tone.RED else Tone.AMBER,
    button,
)

internal fun notice(notice: org.gewu.bridge.Notice): NoticeState = NoticeState(
    notice.what,
    notice.safe,
    notice.next,
    if (notice.code == "refused_acts") Tone.RED else Tone.AMBER,
)
