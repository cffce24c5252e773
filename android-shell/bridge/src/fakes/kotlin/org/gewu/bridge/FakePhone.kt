package org.gewu.bridge

import java.util.Collections
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.channels.BufferOverflow

/** A phone that answers with what a test put into it, and remembers what it was asked. */
class FakePhone : Phone {
    /** Names of the calls, in order. */
    val calls: MutableList<String> = Collections.synchronizedList(mutableListOf())

    var status = Status()
    var lines: List<CaseLine> = emptyList()
    var details: Map<String, CaseDetail> = emptyMap()
    var supervise: SuperviseView? = null
    var settle: List<SettleLine> = emptyList()
    var me = Me(null, "", "", 0, 0, 0, "0.1.0", Status())
    var usual: List<ClassLine> = emptyList()
    var classes: List<ClassLine> = emptyList()
    var areas: Map<Kind, List<Area>> = emptyMap()
    var farOff: FarOff? = null
    val kept = linkedMapOf<String?, Draft>()
    val reports: MutableList<Report> = Collections.synchronizedList(mutableListOf())
    val acts: MutableList<Pair<String, Act>> = Collections.synchronizedList(mutableListOf())

    /** By the name of a call: what it ends in. */
    val troubles = mutableMapOf<String, Trouble>()

    /** Called at the beginning of each call, so that a test can hold one up. */
    var before: suspend (String) -> Unit = {}

    private val announced = MutableSharedFlow<Change>(replay = 0, extraBufferCapacity = 1, onBufferOverflow = BufferOverflow.DROP_OLDEST)
    override val changes: Flow<Change> = announced

    fun change() = announced.tryEmit(Change(cases = true, status = true, revision = calls.size.toLong()))

    private suspend fun <T> called(name: String, answer: () -> T): T {
        calls += name
        before(name)
        troubles[name]?.let { throw it }
        return answer()
    }

    override suspend fun status() = called("status") { status }

    override suspend fun today(after: String?) = called("today") {
        val from = after?.toInt() ?: 0
        val to = minOf(from + 200, lines.size)
        CasePage(lines.subList(from, to), to.toString().takeIf { to < lines.size }, calls.size.toLong())
    }

    override suspend fun case(code: String) = called("case") {
        details[code] ?: throw Trouble(TroubleKind.NOT_FOUND, "not_found", "not found", "nothing was lost", "look again")
    }

    override suspend fun supervise(query: RateQuery) = called("supervise") { checkNotNull(supervise) }
    override suspend fun toSettle(after: String?) = called("toSettle") { SettlePage(settle, null) }
    override suspend fun me() = called("me") { me }
    override suspend fun diagnostics() = called("diagnostics") { "gewu 0.1.0" }
    override suspend fun usualClasses(area: String?) = called("usualClasses") { usual }
    override suspend fun findClasses(text: String) = called("findClasses") {
        classes.filter { text in it.name || it.alias?.contains(text) == true }
    }

    override suspend fun findAreas(kind: Kind, text: String) = called("findAreas") {
        areas[kind].orEmpty().filter { text in it.name || text in it.code }
    }

    override suspend fun farOff(place: Place, area: String?) = called("farOff") { farOff }

    override suspend fun report(report: Report) = called("report") {
        reports += report
        kept.remove(null)
        Saved("K7QM-2XH4-9C")
    }

    override suspend fun act(code: String, act: Act) = called("act") {
        acts += code to act
        kept.remove(code)
        Saved(code)
    }

    override suspend fun drafts() = called("drafts") { kept.values.sortedByDescending { it.keptS } }
    override suspend fun keepDraft(draft: Draft) = called("keepDraft") { kept[draft.about] = draft }
    override suspend fun discardDraft(about: String?): Unit = called("discardDraft") { kept.remove(about) }

    override suspend fun enrol(invitation: String) = called("enrol") { checkNotNull(me.enrolled) }
    override suspend fun syncNow() = called("syncNow") { SyncReport(0, 0, 0) }
    override suspend fun startAgent() = called("startAgent") {}
    override suspend fun stopAgent() = called("stopAgent") {}
    override suspend fun networkChanged() = called("networkChanged") {}
    override suspend fun pause() = called("pause") {}
    override suspend fun resume() = called("resume") {}
    override suspend fun shut() = called("shut") {}
}
