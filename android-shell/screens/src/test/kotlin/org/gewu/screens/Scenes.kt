package org.gewu.screens

import kotlinx.coroutines.awaitCancellation
import org.gewu.bridge.Draft
import org.gewu.bridge.FakePhone
import org.gewu.bridge.Language
import org.gewu.bridge.Status
import org.gewu.model.Fix
import org.gewu.model.Samples
import org.gewu.model.Shell
import org.gewu.model.Stand
import org.gewu.model.Tab
import org.gewu.model.Whereabouts
import org.gewu.model.opening
import org.gewu.bridge.Trouble

/** One screen in one state. */
class Scene(val screen: String, val state: String, private val lay: (Samples, FakePhone) -> Laid) {
    class Laid(
        val online: Boolean = true,
        val whereabouts: Whereabouts? = null,
        val opening: Trouble? = null,
        val go: (Shell) -> Unit = {},
    )

    fun stand(language: Language): Stand {
        val samples = Samples(language)
        val phone = samples.phone()
        val laid = lay(samples, phone)
        val stand = Stand(language, phone, laid.online, laid.whereabouts ?: Whereabouts { Fix.At(samples.place) }).run()
        laid.go(stand.shell)
        stand.opening = laid.opening?.let { opening(it, stand.words) }
        return stand
    }
}

private fun hold(phone: FakePhone, call: String) {
    phone.before = { if (it == call) awaitCancellation() }
}

private fun opened(shell: Shell) = shell.today.open("K7QM-2XH4-9C")

private fun write(shell: Shell, text: String) {
    shell.today.report()
    val report = checkNotNull(shell.report)
    report.choose("lamp")
    report.type(text)
}

/** Every screen in its five states. */
val scenes: List<Scene> = listOf(
    Scene("today", "1-filled") { _, _ -> Scene.Laid() },
    Scene("today", "2-empty") { _, phone ->
        phone.lines = emptyList()
        Scene.Laid()
    },
    Scene("today", "3-loading") { _, phone ->
        hold(phone, "today")
        Scene.Laid()
    },
    Scene("today", "4-offline") { samples, phone ->
        phone.status = samples.status.copy(notices = listOf(samples.noContact))
        phone.lines = samples.lines.takeLast(2)
        phone.kept[null] = Draft(classKey = "lamp", text = if (samples.language == Language.ZH) "3 栋门口" else "At door 3", keptS = Samples.NOW_S - 900)
        Scene.Laid(online = false)
    },
    Scene("today", "5-damaged") { samples, phone ->
        phone.troubles["today"] = samples.damaged
        Scene.Laid()
    },
    Scene("today", "6-undo") { _, _ ->
        Scene.Laid {
            write(it, "")
            it.report?.save()
        }
    },
    Scene("today", "7-locked") { samples, _ -> Scene.Laid(opening = samples.locked) },
    Scene("today", "8-too-old") { samples, _ -> Scene.Laid(opening = samples.tooOld) },
    Scene("report", "1-filled") { samples, _ ->
        Scene.Laid { write(it, if (samples.language == Language.ZH) "3 栋门口的路灯不亮，晚上看不见台阶" else "Lamp at door 3 is out; the steps cannot be seen at night") }
    },
    Scene("report", "2-empty") { _, _ -> Scene.Laid { it.today.report() } },
    Scene("report", "3-loading") { _, phone ->
        hold(phone, "usualClasses")
        Scene.Laid { it.today.report() }
    },
    Scene("report", "4-offline") { samples, phone ->
        phone.status = samples.status
        phone.kept[null] = Draft(classKey = "rubbish", text = if (samples.language == Language.ZH) "消防通道" else "Fire lane", keptS = Samples.NOW_S - 900)
        Scene.Laid(online = false, whereabouts = { Fix.Absent }) { it.today.report() }
    },
    Scene("report", "5-refused") { samples, phone ->
        phone.troubles["report"] = samples.full
        Scene.Laid(whereabouts = { Fix.Refused }) {
            write(it, if (samples.language == Language.ZH) "3 栋门口的路灯不亮" else "Lamp at door 3 is out")
            it.report?.save()
        }
    },
    Scene("report", "6-found") { samples, _ ->
        Scene.Laid {
            it.today.report()
            it.report?.search(if (samples.language == Language.ZH) "灯" else "amp")
        }
    },
    Scene("report", "7-far") { samples, phone ->
        phone.farOff = samples.farOff
        Scene.Laid { write(it, if (samples.language == Language.ZH) "3 栋门口的路灯不亮" else "Lamp at door 3 is out") }
    },
    Scene("case", "1-filled") { _, _ -> Scene.Laid(go = ::opened) },
    Scene("case", "2-fresh") { samples, phone ->
        phone.details = mapOf(samples.fresh.code to samples.fresh)
        Scene.Laid(go = ::opened)
    },
    Scene("case", "3-loading") { _, phone ->
        hold(phone, "case")
        Scene.Laid(go = ::opened)
    },
    Scene("case", "4-offline") { samples, phone ->
        phone.status = samples.status
        phone.details = mapOf(samples.onlyHere.code to samples.onlyHere)
        Scene.Laid(online = false, go = ::opened)
    },
    Scene("case", "5-refused") { samples, phone ->
        phone.details = mapOf(samples.refused.code to samples.refused)
        Scene.Laid {
            opened(it)
            it.case?.explain()
        }
    },
    Scene("case", "6-acting") { _, _ ->
        Scene.Laid {
            opened(it)
            it.case?.act(1)
        }
    },
    Scene("case", "7-choosing") { samples, phone ->
        phone.details = mapOf(samples.dispatching.code to samples.dispatching)
        Scene.Laid {
            opened(it)
            it.case?.act(0)
        }
    },
    Scene("case", "8-chosen") { samples, phone ->
        phone.details = mapOf(samples.dispatching.code to samples.dispatching)
        Scene.Laid {
            opened(it)
            it.case?.act(0)
            it.case?.choose("W01")
        }
    },
    Scene("case", "9-not-found") { samples, phone ->
        phone.details = mapOf(samples.dispatching.code to samples.dispatching)
        Scene.Laid {
            opened(it)
            it.case?.act(1)
            it.case?.search("99")
        }
    },
    Scene("supervise", "1-filled") { _, _ -> Scene.Laid { it.show(Tab.SUPERVISE) } },
    Scene("supervise", "2-empty") { samples, phone ->
        phone.supervise = samples.superviseEmpty
        phone.settle = emptyList()
        Scene.Laid { it.show(Tab.SUPERVISE) }
    },
    Scene("supervise", "3-loading") { _, phone ->
        hold(phone, "supervise")
        Scene.Laid { it.show(Tab.SUPERVISE) }
    },
    Scene("supervise", "4-offline") { samples, phone ->
        phone.status = samples.status
        Scene.Laid(online = false) { it.show(Tab.SUPERVISE) }
    },
    Scene("supervise", "5-damaged") { samples, phone ->
        phone.troubles["supervise"] = samples.damaged
        Scene.Laid { it.show(Tab.SUPERVISE) }
    },
    Scene("me", "1-filled") { _, _ -> Scene.Laid { it.show(Tab.ME) } },
    Scene("me", "2-empty") { samples, phone ->
        phone.status = Status(enrolled = false)
        phone.me = samples.me(phone.status).copy(enrolled = null, roleLabel = "", storeBytes = 120_000, cases = 0, acts = 0)
        Scene.Laid { it.show(Tab.ME) }
    },
    Scene("me", "3-loading") { _, phone ->
        hold(phone, "me")
        Scene.Laid { it.show(Tab.ME) }
    },
    Scene("me", "4-offline") { samples, phone ->
        phone.status = samples.status.copy(notices = listOf(samples.noContact))
        phone.me = samples.me(phone.status)
        Scene.Laid(online = false) { it.show(Tab.ME) }
    },
    Scene("me", "5-refused") { samples, phone ->
        phone.status = samples.status.copy(notices = listOf(samples.certificate, samples.grantExpiring))
        phone.me = samples.me(phone.status)
        Scene.Laid { it.show(Tab.ME) }
    },
)
