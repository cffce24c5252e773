package org.gewu.model

import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.gewu.bridge.Act
import org.gewu.bridge.Draft
import org.gewu.bridge.Kind
import org.gewu.bridge.Language
import org.gewu.bridge.Status
import org.gewu.bridge.Trouble

/** How long *Save* can be undone. */
const val UNDO_MS = 10_000L

/** Everything that is on screen, and the way through it. One for each open phone. */
class Shell(private val with: Surroundings, language: Language, outside: Outside) {
    private val place = MutableStateFlow<Screen>(Screen.Home(Tab.TODAY))
    val screen: StateFlow<Screen> = place.asStateFlow()

    private val line = MutableStateFlow(with.strip(null))
    val strip: StateFlow<Strip> = line.asStateFlow()

    val today = TodayModel(with, this)
    val supervise = SuperviseModel(with, this)
    val me = MeModel(with, this, language, outside)

    /** The report being written, while that screen is shown. */
    var report: ReportModel? = null
        private set

    /** The case being looked at. */
    var case: CaseModel? = null
        private set

    private var home = Tab.TODAY
    private var status: Status? = null
    private var areaName = ""
    private var undoing: Job? = null
    private var undo: Pair<String, Draft>? = null

    /** Reads the first screen, then whatever is shown whenever the core says that it changed. */
    suspend fun run() {
        areaName = try {
            with.phone.me().enrolled?.areaName.orEmpty()
        } catch (_: Trouble) {
            // The screen's own reading says it.
            ""
        }
        refresh()
        with.scope.launch {
            with.online.collect {
                line.value = with.strip(status)
                with.phone.networkChanged()
            }
        }
        with.phone.changes.collect { refresh() }
    }

    private suspend fun refresh() = when (val at = place.value) {
        is Screen.Home -> when (at.tab) {
            Tab.TODAY -> today.refresh()
            Tab.SUPERVISE -> supervise.refresh()
            Tab.ME -> me.refresh()
        }
        is Screen.Case -> {
            readStatus()
            case?.refresh()
        }
        Screen.Report -> readStatus()
    }

    internal suspend fun readStatus(): Status = with.phone.status().also(::tell)

    internal fun tell(read: Status) {
        status = read
        line.value = with.strip(read)
    }

    internal fun area() = areaName

    fun show(tab: Tab) {
        home = tab
        place.value = Screen.Home(tab)
        with.scope.launch { refresh() }
    }

    internal fun report() {
        val model = ReportModel(with, this)
        report = model
        place.value = Screen.Report
        with.scope.launch { model.begin() }
    }

    internal fun open(code: String) {
        val model = CaseModel(code, with, this)
        case = model
        place.value = Screen.Case(code)
        with.scope.launch { model.begin() }
    }

    internal fun back() = show(home)

    /** The phone's own way back; false at home, where it leaves the app. */
    fun goBack(): Boolean {
        when (place.value) {
            is Screen.Home -> return false
            is Screen.Case -> case?.back()
            Screen.Report -> report?.back()
        }
        return true
    }

    /** The app goes to the background: keep what is being typed. */
    suspend fun leave() {
        when (place.value) {
            is Screen.Case -> case?.keep()
            Screen.Report -> report?.keep()
            is Screen.Home -> Unit
        }
    }

    /** Saved: back to Today, where it can be undone for a while. */
    internal fun saved(code: String, typed: Draft) {
        undo = code to typed
        val bar = UndoBar(
            "${with.words.say("report_saved")} · $code\n${with.words.say("report_undo_for", "seconds" to UNDO_MS / 1_000)}",
            with.words.say("report_undo"),
        )
        today.undo(bar)
        undoing?.cancel()
        undoing = with.scope.launch {
            delay(UNDO_MS)
            today.undo(null)
            undo = null
        }
        home = Tab.TODAY
        back()
    }

    /** Withdraws what was just saved, and keeps what was typed as a draft. */
    internal fun undo() {
        val (code, typed) = undo ?: return
        undo = null
        undoing?.cancel()
        today.undo(null)
        with.scope.launch {
            try {
                with.phone.act(code, Act(Kind.DECLINE, withdrawn = true))
                with.phone.keepDraft(typed)
                today.refresh()
            } catch (trouble: Trouble) {
                today.tell(with.notice(trouble))
            }
        }
    }
}
