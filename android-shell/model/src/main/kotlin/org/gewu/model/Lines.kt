package org.gewu.model

import org.gewu.bridge.CaseLine

/** One case as a row: what was typed, else its class; where and how it stands; the hours. */
internal fun Surroundings.row(line: CaseLine): CaseRow {
    val title = line.text?.lineSequence()?.first()?.takeIf { it.isNotBlank() }
    val name = line.className ?: line.code
    return CaseRow(
        code = line.code,
        title = title ?: name,
        line = listOfNotNull(line.area?.name, name.takeIf { title != null }, line.stageLabel).joinToString(" · "),
        figure = said.due(line.dueInS),
        due = when {
            line.overdue -> Due.OVERDUE
            line.dueInS?.let(said::isToday) == true -> Due.TODAY
            else -> Due.LATER
        },
        late = line.overdue,
        chips = listOfNotNull(
            Chip(words.say("settle_contested"), Tone.AMBER).takeIf { line.contested },
            Chip(words.say("case_only_here"), Tone.AMBER).takeIf { line.unconfirmed },
        ),
    )
}
