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
        late = line.overdue,
        chips = listOfNotNull(
            Chip(words.say("PageSettleContested"), Tone.AMBER).takeIf { line.contested },
            Chip(words.say("DeliveryOnThisPhone"), Tone.AMBER).takeIf { line.unconfirmed },
        ),
    )
}
