package org.gewu.model

import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.gewu.bridge.Language
import org.gewu.bridge.Me
import org.gewu.bridge.Trouble

/** Who this phone is, what it holds, how it stands with the hub. */
class MeModel(
    private val with: Surroundings,
    private val shell: Shell,
    private val language: Language,
    private val outside: Outside,
) : MeEvents {
    private val shown = MutableStateFlow(MeState())
    val state: StateFlow<MeState> = shown.asStateFlow()

    /** One call. */
    suspend fun refresh() = try {
        val me = with.phone.me()
        shell.tell(me.status)
        shown.update { tell(it, me) }
    } catch (trouble: Trouble) {
        shown.update { it.copy(load = Load.Failed(with.notice(trouble, with.words.say("action_retry")))) }
    }

    private fun tell(before: MeState, me: Me): MeState {
        val fact = { key: String, value: String -> Fact(with.words.say(key), value, Tone.PLAIN) }
        val status = me.status
        return before.copy(
            load = Load.Ready,
            enrolled = me.enrolled != null,
            who = me.roleLabel,
            area = me.enrolled?.areaName.orEmpty(),
            notices = status.notices.map(::notice),
            canScan = outside.canScan,
            facts = listOfNotNull(
                me.enrolled?.let { fact("me_area", it.areaName) },
                fact("me_person", me.personShort),
            ),
            grant = me.enrolled?.let { with.words.say("me_grant", "date" to with.said.date(it.expiresS)) }.orEmpty(),
            languages = Language.entries.map { one -> Choice(one.name, NAMES.getValue(one), one == language) },
            storage = with.words.say(
                "me_storage_used",
                "size" to "${(me.storeBytes + 99_999) / 100_000 / 10.0} MB",
                "cases" to with.said.number(me.cases),
                "acts" to with.said.number(me.acts),
            ),
            version = with.words.say("me_version", "version" to me.version),
        )
    }

    private fun busy(key: String, then: suspend () -> String?) {
        if (shown.value.busy != null) return
        shown.update { it.copy(busy = with.words.say(key), said = null, notice = null) }
        with.scope.launch {
            try {
                val said = then()
                shown.update { it.copy(said = said) }
            } catch (trouble: Trouble) {
                shown.update { it.copy(notice = with.notice(trouble)) }
            }
            shown.update { it.copy(busy = null) }
            refresh()
        }
    }

    override fun syncNow() = busy("status_syncing") {
        val did = with.phone.syncNow()
        with.words.say("me_synced", "sent" to did.sent, "received" to did.received)
    }

    override fun invitation(text: String) = shown.update { it.copy(invitation = text, canEnrol = text.isNotBlank()) }

    override fun enrol() {
        val text = shown.value.invitation.trim()
        if (text.isEmpty()) return
        busy("me_joining") {
            with.phone.enrol(text)
            with.phone.startAgent()
            shown.update { it.copy(invitation = "", canEnrol = false) }
            null
        }
    }

    override fun scan() = outside.scan { invitation(it) }

    override fun language(key: String) = outside.speak(Language.valueOf(key))

    override fun diagnostics() {
        with.scope.launch {
            try {
                val text = with.phone.diagnostics()
                shown.update { it.copy(diagnostics = if (it.diagnostics == null) text else null) }
            } catch (trouble: Trouble) {
                shown.update { it.copy(notice = with.notice(trouble)) }
            }
        }
    }

    override fun again() {
        shown.update { it.copy(load = Load.Loading) }
        with.scope.launch { refresh() }
    }

    private companion object {
        /** A language is called by its own name in every language. */
        val NAMES = mapOf(Language.ZH to "中文", Language.EN to "English")
    }
}

/** What the app outside of the screens does when asked to. */
interface Outside {
    val canScan: Boolean

    /** Reads a code with the camera. */
    fun scan(found: (String) -> Unit)

    /** Starts over in another language. */
    fun speak(language: Language)
}
