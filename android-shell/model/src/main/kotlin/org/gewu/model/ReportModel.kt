package org.gewu.model

import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.gewu.bridge.ClassLine
import org.gewu.bridge.Draft
import org.gewu.bridge.Place
import org.gewu.bridge.Report
import org.gewu.bridge.Trouble

/** How long typing rests before it is kept. */
internal const val PAUSE_MS = 500L

/**
 * A new report: class, words, place, save.
 *
 * What was typed is kept at every pause and when the app goes to the background. A draft from before is taken up again
 * at once and says so. Without a place it saves all the same.
 */
class ReportModel(private val with: Surroundings, private val shell: Shell) : ReportEvents {
    private val shown = MutableStateFlow(ReportState())
    val state: StateFlow<ReportState> = shown.asStateFlow()

    private var usual: List<ClassLine> = emptyList()
    private var found: List<ClassLine> = emptyList()
    private var chosen: ClassLine? = null
    private var condition: String? = null
    private var place: Place? = null

    /** That the place lies far off the grid, in words. */
    private var far: String? = null
    private var keeping: Job? = null
    private var finding: Job? = null
    private var saving = false

    /** Two calls, then one question to the phone's receiver. */
    suspend fun begin() {
        try {
            usual = with.phone.usualClasses()
            val draft = with.phone.drafts().firstOrNull { it.about == null }
            draft?.let { takeUp(it) }
            shown.update {
                it.copy(
                    load = Load.Ready,
                    tilesLabel = with.words.say("report_usual"),
                    tiles = usual.map(::tile),
                    resumed = draft?.let { kept -> with.words.say("draft_kept", "time" to with.said.time(kept.keptS)) },
                )
            }
            tell()
            if (place == null) locate() else measure()
        } catch (trouble: Trouble) {
            shown.update { it.copy(load = Load.Failed(with.notice(trouble, with.words.say("action_retry")))) }
        }
    }

    private suspend fun takeUp(draft: Draft) {
        condition = draft.condition
        place = draft.place
        chosen = draft.classKey?.let { key ->
            usual.firstOrNull { it.key == key } ?: with.phone.findClasses(key).firstOrNull { it.key == key }
        }
        shown.update { it.copy(text = draft.text, urgent = draft.urgent) }
    }

    private fun tile(line: ClassLine) = ClassTile(line.key, line.name, line.alias?.let { with.words.say("report_alias", "alias" to it) } ?: line.group)

    /** Everything that follows from what is chosen. */
    private fun tell() = shown.update {
        val conditions = chosen?.conditions.orEmpty()
        it.copy(
            chosen = chosen?.let(::tile),
            conditions = conditions.map { one -> Choice(one.key, one.name, one.key == condition) }.takeIf { conditions.size > 1 }.orEmpty(),
            canSave = chosen != null && !saving,
        )
    }

    /** Asks the core once how far off the place is. If that fails, the place is as good as before. */
    private suspend fun measure() {
        far = try {
            place?.let { with.phone.farOff(it) }?.label
        } catch (_: Trouble) {
            null
        }
        tellPlace(null)
    }

    private fun tellPlace(missing: Fix?) {
        val at = place
        val distant = far
        val line = when {
            distant != null -> PlaceLine(distant, Tone.AMBER, with.words.say("report_place_again"))
            at != null -> PlaceLine(
                listOf(shell.area(), placed(at)).joinToString(" · "),
                Tone.PLAIN,
                with.words.say("report_place_again"),
            )
            missing == Fix.Refused -> PlaceLine(with.words.say("report_place_refused"), Tone.AMBER, with.words.say("report_place_again"))
            missing == null -> PlaceLine(with.words.say("report_place_looking"), Tone.PLAIN, null)
            else -> PlaceLine(with.words.say("report_place_none"), Tone.AMBER, with.words.say("report_place_again"))
        }
        shown.update { it.copy(place = line) }
    }

    private fun placed(at: Place): String {
        val metres = at.accuracyCm?.let { (it + 99) / 100 } ?: return with.words.say("case_place")
        return with.words.say("report_place_found", "metres" to with.said.number(metres.toLong()))
    }

    private fun draft() = Draft(
        classKey = chosen?.key,
        condition = condition,
        text = shown.value.text,
        place = place,
        urgent = shown.value.urgent,
        keptS = 0,
    )

    private fun keepSoon() {
        keeping?.cancel()
        keeping = with.scope.launch {
            delay(PAUSE_MS)
            keep()
        }
    }

    /** Keeps what is there, if anything is. */
    suspend fun keep() {
        keeping = null
        if (chosen == null && shown.value.text.isEmpty()) return
        try {
            with.phone.keepDraft(draft())
        } catch (trouble: Trouble) {
            shown.update { it.copy(notice = with.notice(trouble)) }
        }
    }

    override fun search(text: String) {
        shown.update { it.copy(search = text) }
        finding?.cancel()
        if (text.isBlank()) {
            shown.update { it.copy(found = null) }
            return
        }
        finding = with.scope.launch {
            try {
                found = with.phone.findClasses(text.trim())
                shown.update { it.copy(found = found.map(::tile), nothing = with.words.say("report_nothing_found", "text" to text)) }
            } catch (trouble: Trouble) {
                shown.update { it.copy(notice = with.notice(trouble)) }
            }
        }
    }

    override fun choose(key: String) {
        chosen = (found + usual).firstOrNull { it.key == key }
        condition = null
        finding?.cancel()
        shown.update { it.copy(search = "", found = null, notice = null) }
        tell()
        keepSoon()
    }

    override fun chooseAnother() {
        chosen = null
        condition = null
        tell()
        keepSoon()
    }

    override fun condition(key: String) {
        condition = key
        tell()
        keepSoon()
    }

    override fun type(text: String) {
        shown.update { it.copy(text = text) }
        keepSoon()
    }

    override fun urgent(urgent: Boolean) {
        shown.update { it.copy(urgent = urgent) }
        keepSoon()
    }

    override fun locate() {
        place = null
        far = null
        tellPlace(null)
        with.scope.launch {
            val fix = with.whereabouts.once()
            place = (fix as? Fix.At)?.place
            if (place == null) tellPlace(fix) else measure()
        }
    }

    override fun save() {
        val line = chosen ?: return
        if (saving) return
        saving = true
        tell()
        keeping?.cancel()
        with.scope.launch {
            try {
                val typed = draft()
                val saved = with.phone.report(Report(line.key, condition, typed.text, place, typed.urgent))
                shell.saved(saved.code, typed)
            } catch (trouble: Trouble) {
                shown.update { it.copy(notice = with.notice(trouble)) }
                keep()
            }
            saving = false
            tell()
        }
    }

    override fun discard() {
        keeping?.cancel()
        with.scope.launch {
            with.phone.discardDraft(null)
            shell.back()
        }
    }

    override fun again() {
        shown.update { it.copy(load = Load.Loading) }
        with.scope.launch { begin() }
    }

    override fun back() {
        keeping?.cancel()
        with.scope.launch {
            keep()
            shell.back()
        }
    }
}
