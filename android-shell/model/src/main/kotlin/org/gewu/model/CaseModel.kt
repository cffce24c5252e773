package org.gewu.model

import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.gewu.bridge.Act
import org.gewu.bridge.ActLine
import org.gewu.bridge.ActionLine
import org.gewu.bridge.CaseDetail
import org.gewu.bridge.Delivery
import org.gewu.bridge.Draft
import org.gewu.bridge.Kind
import org.gewu.bridge.Place
import org.gewu.bridge.Trouble

/**
 * One case: how it stands, what several people wrote differently, what happened, what this person may do.
 *
 * The core says which actions there are and why others are not. An act is saved with the revision that was shown.
 */
class CaseModel(private val code: String, private val with: Surroundings, private val shell: Shell) : CaseEvents {
    private val shown = MutableStateFlow(CaseState(code = code))
    val state: StateFlow<CaseState> = shown.asStateFlow()

    private var detail: CaseDetail? = null
    private var classNames: Map<String, String> = emptyMap()
    private var doing: ActionLine? = null
    private var adopts: String? = null
    private var days: Int? = null
    private var keeping: Job? = null
    private var finding: Job? = null
    private var saving = false

    /** Reads the case; two calls. */
    suspend fun begin() {
        refresh()
        val draft = try {
            with.phone.drafts().firstOrNull { it.about == code }
        } catch (_: Trouble) {
            null
        }
        val action = draft?.let { kept -> detail?.actions?.firstOrNull { it.allowed && it.kind == kept.kind } } ?: return
        start(action, draft.text)
    }

    /** One call. */
    suspend fun refresh() = try {
        val read = with.phone.case(code)
        classNames = read.classes?.contested.orEmpty().associateWith { nameOf(it) }
        detail = read
        shown.update { tell(it, read) }
    } catch (trouble: Trouble) {
        shown.update { it.copy(load = Load.Failed(with.notice(trouble, with.words.say("action_retry")))) }
    }

    /** One call for each class that somebody else chose, which is rare. */
    private suspend fun nameOf(key: String) = with.phone.findClasses(key).firstOrNull { it.key == key }?.name ?: key

    private fun tell(before: CaseState, read: CaseDetail): CaseState {
        val (allowed, others) = read.actions.withIndex().filter { it.value.kind != Kind.ADOPT }.partition { it.value.allowed }
        val steps = read.history.asReversed().map(::step)
        return before.copy(
            load = Load.Ready,
            title = read.className ?: read.code,
            text = read.text?.value,
            late = with.said.due(read.dueInS).takeIf { read.overdue },
            chips = chips(read),
            facts = facts(read),
            contested = contested(read),
            refused = steps.filter { it.reason != null },
            steps = steps,
            actions = allowed.map { ActButton(it.index, it.value.label) },
            explained = others.mapNotNull { (_, line) -> line.why?.let { Explained(line.label, it) } },
        )
    }

    private fun chips(read: CaseDetail) = listOfNotNull(
        read.stageLabel?.let { Chip(it, Tone.JADE) },
        Chip(with.words.say("report_urgent"), Tone.AMBER).takeIf { read.urgent },
        read.history.firstOrNull { it.delivery == read.delivery && it.delivery != Delivery.CONFIRMED }
            ?.let { Chip(it.deliveryLabel, tone(it.delivery)) },
    )

    private fun tone(delivery: Delivery) = when (delivery) {
        Delivery.ON_THIS_PHONE, Delivery.SENT -> Tone.AMBER
        Delivery.CONFIRMED -> Tone.JADE
        Delivery.REFUSED -> Tone.RED
    }

    private fun facts(read: CaseDetail): List<Fact> {
        val fact = { key: String, value: String? -> value?.let { Fact(with.words.say(key), it, Tone.PLAIN) } }
        val due = listOfNotNull(read.deadlineS?.let(with.said::time), with.said.due(read.dueInS)).joinToString(" · ").ifEmpty { null }
        return listOfNotNull(
            due?.let { Fact(with.words.say("case_deadline"), it, if (read.overdue) Tone.RED else Tone.PLAIN) },
            fact("case_suspended", read.suspendedUntilS?.let(with.said::time)),
            fact("case_assignee", read.assignees.joinToString(" / ").ifEmpty { with.words.say("case_nobody") }),
            fact("case_grid", read.area?.value?.name),
            fact("case_place", read.place?.value?.let(::placed)),
        )
    }

    private fun placed(place: Place): String {
        val degrees = { e7: Int -> "%.5f".format(java.util.Locale.ROOT, e7 / 1e7) }
        return "${degrees(place.latitudeE7)}, ${degrees(place.longitudeE7)}"
    }

    private fun contested(read: CaseDetail): List<Contested> {
        val beside = { key: String, value: String?, others: List<String?> ->
            val none = with.words.say("case_no_text")
            Contested(with.words.say(key), (listOf(value) + others).map { it ?: none }).takeIf { others.isNotEmpty() }
        }
        return listOfNotNull(
            read.classes?.let { beside("case_class", read.className, it.contested.map(classNames::get)) },
            read.area?.let { field -> beside("case_grid", field.value.name, field.contested.map { it.name }) },
            read.place?.let { field -> beside("case_place", field.value?.let(::placed), field.contested.map { it?.let(::placed) }) },
            read.text?.let { beside("report_text", it.value, it.contested) },
            read.assignees.takeIf { it.size > 1 }?.let { all -> beside("case_assignee", all.first(), all.drop(1)) },
        )
    }

    private fun step(act: ActLine): Step {
        val adopt = detail?.actions?.firstOrNull { it.kind == Kind.ADOPT && it.allowed }
        return Step(
            entry = act.entry,
            title = act.kindLabel,
            line = listOfNotNull(
                with.said.time(act.timeS),
                act.author,
                act.party?.name,
            ).joinToString(" · "),
            text = act.text,
            chips = listOfNotNull(
                Chip(act.basisLabel, Tone.AMBER).takeIf { !act.proven },
                Chip(act.deliveryLabel, tone(act.delivery)).takeIf { act.delivery != Delivery.CONFIRMED },
                act.effectLabel?.takeIf { act.delivery != Delivery.REFUSED }?.let { Chip(it, Tone.AMBER) },
            ),
            reason = act.why,
            button = adopt?.label.takeIf { act.delivery == Delivery.REFUSED },
        )
    }

    private fun start(action: ActionLine, text: String) {
        doing = action
        days = null
        shown.update {
            it.copy(
                notice = null,
                panel = Panel(
                    title = action.label,
                    text = text,
                    textLabel = with.words.say(if (action.needsText) "case_words_needed" else "case_words"),
                    areas = areasKey(action.kind)?.let { key -> AreaPicker(with.words.say(key)) },
                    days = emptyList(),
                    canSave = false,
                ),
            )
        }
        tellPanel()
        search("")
    }

    /** What an act is about beside words: whom it goes to, or where. */
    private fun areasKey(kind: Kind) = when (kind) {
        Kind.DISPATCH -> "case_party"
        Kind.RELOCATE -> "case_new_grid"
        else -> null
    }

    private fun tellPanel() = shown.update {
        val panel = it.panel ?: return@update it
        val asksDays = doing?.kind == Kind.SUSPEND
        val complete = (panel.areas == null || panel.areas.chosen != null) && (!asksDays || days != null) &&
            (doing?.needsText != true || panel.text.isNotBlank())
        it.copy(
            panel = panel.copy(
                days = DAYS.takeIf { asksDays }.orEmpty().map { count ->
                    Choice("$count", with.words.say("case_days", "days" to count), count == days)
                },
                canSave = complete && !saving,
            ),
        )
    }

    private fun panel(change: (Panel) -> Panel) {
        shown.update { it.copy(panel = it.panel?.let(change)) }
        tellPanel()
        keeping?.cancel()
        keeping = with.scope.launch {
            delay(PAUSE_MS)
            keep()
        }
    }

    /** Keeps what is being typed. */
    suspend fun keep() {
        val text = shown.value.panel?.text?.ifBlank { null } ?: return
        val kind = doing?.kind ?: return
        try {
            with.phone.keepDraft(Draft(about = code, kind = kind, text = text))
        } catch (trouble: Trouble) {
            shown.update { it.copy(notice = with.notice(trouble)) }
        }
    }

    override fun act(id: Int) {
        adopts = null
        detail?.actions?.getOrNull(id)?.let { start(it, "") }
    }

    override fun stepAct(entry: String) {
        val action = detail?.actions?.firstOrNull { it.kind == Kind.ADOPT && it.allowed } ?: return
        adopts = entry
        start(action, "")
    }

    override fun explain() = shown.update { it.copy(explaining = !it.explaining) }
    override fun type(text: String) = panel { it.copy(text = text) }

    /** One call for each typed text. */
    override fun search(text: String) {
        val kind = doing?.kind ?: return
        if (shown.value.panel?.areas == null) return
        areas { it.copy(search = text) }
        finding?.cancel()
        finding = with.scope.launch {
            try {
                val found = with.phone.findAreas(kind, text.trim()).map { AreaTile(it.code, it.name) }
                val nothing = if (text.isBlank()) with.words.say("case_area_empty") else with.words.say("case_area_not_found", "text" to text)
                areas { it.copy(found = found, nothing = nothing.takeIf { found.isEmpty() }) }
            } catch (trouble: Trouble) {
                shown.update { it.copy(notice = with.notice(trouble)) }
            }
        }
    }

    override fun choose(code: String) = areas { it.copy(chosen = it.found.firstOrNull { tile -> tile.code == code }) }

    override fun chooseAnother() = areas { it.copy(chosen = null) }

    private fun areas(change: (AreaPicker) -> AreaPicker) {
        shown.update { it.copy(panel = it.panel?.copy(areas = it.panel.areas?.let(change))) }
        tellPanel()
    }

    override fun days(key: String) {
        days = key.toIntOrNull()
        tellPanel()
    }

    override fun save() {
        val action = doing ?: return
        val panel = shown.value.panel ?: return
        if (saving) return
        saving = true
        tellPanel()
        keeping?.cancel()
        with.scope.launch {
            try {
                with.phone.act(code, made(action, panel))
                close()
                refresh()
                shell.readStatus()
            } catch (trouble: Trouble) {
                shown.update { it.copy(notice = with.notice(trouble)) }
                keep()
            }
            saving = false
            tellPanel()
        }
    }

    private fun made(action: ActionLine, panel: Panel) = Act(
        kind = action.kind,
        text = panel.text,
        revision = detail?.revision,
        passed = action.passed == true,
        withdrawn = action.withdrawn,
        party = panel.areas?.chosen?.code.takeIf { action.kind == Kind.DISPATCH },
        area = panel.areas?.chosen?.code.takeIf { action.kind == Kind.RELOCATE },
        days = days,
        adopts = adopts,
    )

    private fun close() {
        finding?.cancel()
        doing = null
        adopts = null
        shown.update { it.copy(panel = null, notice = null) }
    }

    override fun cancel() {
        keeping?.cancel()
        close()
        with.scope.launch { with.phone.discardDraft(code) }
    }

    override fun again() {
        shown.update { it.copy(load = Load.Loading) }
        with.scope.launch { refresh() }
    }

    override fun back() {
        keeping?.cancel()
        with.scope.launch {
            keep()
            shell.back()
        }
    }

    private companion object {
        val DAYS = listOf(1, 3, 7, 15, 30)
    }
}
