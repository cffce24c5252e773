package org.gewu.model

import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import org.gewu.bridge.CaseLine
import org.gewu.bridge.Draft
import org.gewu.bridge.Status
import org.gewu.bridge.Trouble

/**
 * Today: what is late, what is next, what is unfinished.
 *
 * The order is the core's. A search looks through what is open on this phone: the pages that are not here yet are
 * fetched first, whole pages at a time.
 */
class TodayModel(private val with: Surroundings, private val shell: Shell) : TodayEvents {
    private val shown = MutableStateFlow(TodayState())
    val state: StateFlow<TodayState> = shown.asStateFlow()

    private val one = Mutex()
    private var lines: List<CaseLine> = emptyList()
    private var next: String? = null
    private var pages = 1
    private var searching: Job? = null

    /** Reads the pages that were shown; three calls and one for each further page. */
    suspend fun refresh() = one.withLock {
        try {
            val status = shell.readStatus()
            val first = with.phone.today()
            lines = first.lines
            next = first.next
            repeat(pages - 1) { fetchNext() }
            val drafts = with.phone.drafts()
            shown.update { it.copy(load = Load.Ready, area = shell.area(), drafts = drafts.map(::offer)) }
            tellNotices(status)
            arrange()
        } catch (trouble: Trouble) {
            shown.update { it.copy(load = Load.Failed(with.notice(trouble, with.words.say("action_retry")))) }
        }
    }

    private fun tellNotices(status: Status) = shown.update {
        it.copy(notice = status.notices.firstOrNull()?.let(::notice), more = maxOf(status.notices.size - 1, 0))
    }

    private suspend fun fetchNext() {
        val page = with.phone.today(next ?: return)
        lines = lines + page.lines
        next = page.next
    }

    private fun offer(draft: Draft): DraftOffer {
        val words = draft.text.lineSequence().first().ifBlank { null }
        return DraftOffer(
            about = draft.about,
            title = draft.about?.let { with.words.say("draft_case", "code" to it) } ?: with.words.say("draft_report"),
            line = listOfNotNull(words, with.words.say("draft_kept", "time" to with.said.time(draft.keptS))).joinToString("\n"),
        )
    }

    private fun arrange() {
        val asked = shown.value.search.trim()
        val rows = lines.map(with::row).filter { row ->
            asked.isEmpty() || listOf(row.title, row.line, row.code).any { it.contains(asked, ignoreCase = true) }
        }
        val sections = rows.groupBy { it.due }.map { (due, rows) -> CaseSection("${with.words.say(due.key)} · ${rows.size}", rows) }
        val empty = when {
            sections.isNotEmpty() -> null
            asked.isEmpty() -> EmptyState(with.words.say("today_empty_title"), with.words.say("today_empty_text"))
            else -> EmptyState(asked, with.words.say("today_nothing_found", "text" to asked))
        }
        shown.update { it.copy(sections = sections, empty = empty) }
    }

    internal fun tell(notice: NoticeState) = shown.update { it.copy(notice = notice, more = 0) }

    internal fun undo(bar: UndoBar?) = shown.update { it.copy(undo = bar) }

    override fun search(text: String) {
        shown.update { it.copy(search = text) }
        arrange()
        searching?.cancel()
        if (text.isBlank()) return
        searching = with.scope.launch {
            one.withLock {
                while (next != null) fetchMore()
            }
        }
    }

    override fun more() {
        if (next == null || one.isLocked) return
        with.scope.launch { one.withLock { fetchMore() } }
    }

    private suspend fun fetchMore() = try {
        fetchNext()
        pages += 1
        arrange()
    } catch (trouble: Trouble) {
        next = null
        shown.update { it.copy(notice = with.notice(trouble)) }
    }

    override fun open(code: String) = shell.open(code)
    override fun report() = shell.report()
    override fun undo() = shell.undo()

    override fun resumeDraft(about: String?) = if (about == null) shell.report() else shell.open(about)

    override fun discardDraft(about: String?) {
        with.scope.launch {
            with.phone.discardDraft(about)
            refresh()
        }
    }

    override fun again() {
        shown.update { it.copy(load = Load.Loading) }
        with.scope.launch { refresh() }
    }
}
