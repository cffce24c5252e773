package org.gewu.model

import org.gewu.bridge.Trouble

/** Before the phone is open: being read, or what stands in the way. Nothing was lost; it can be tried again. */
data class Opening(val notice: NoticeState? = null)

/** What stood in the way: a locked phone, a lost key, a full disk, a newer store. */
fun opening(trouble: Trouble, words: Words) =
    Opening(NoticeState(trouble.what, trouble.safe, trouble.next, Tone.AMBER, words.say("action_retry")))
