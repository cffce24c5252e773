package org.gewu

import java.io.File
import org.gewu.bindings.ActDraft
import org.gewu.bindings.CasePage
import org.gewu.bindings.Device
import org.gewu.bindings.DeviceException
import org.gewu.bindings.Kind
import org.gewu.bindings.RateQuery
import org.gewu.bindings.ReportDraft
import org.junit.Assert.assertEquals
import org.junit.Test

/** The story of tests/conformance, told through the bindings, must be the one that Rust tells. */
class StoryTest {
    private val cases = HashMap<String, String>()
    private val phones = HashMap<String, Device>()

    private fun read(name: String) = Json.read(File(root, "tests/conformance/$name").readText())

    private fun word(value: Enum<*>?): String? = value?.name?.lowercase()

    private fun case(step: Map<String, Any?>): String = (step["case"] as String).let { cases[it] ?: it }

    private fun page(found: CasePage): Any = mapOf(
        "cases" to found.cases.map {
            mapOf("class" to it.`class`, "stage" to word(it.stage), "text" to it.text, "overdue" to it.overdue, "unconfirmed" to it.unconfirmed)
        }.sortedBy { Json.write(it) },
        "more" to (found.next != null),
    )

    private fun report(device: Device, step: Map<String, Any?>): Any {
        val draft = ReportDraft(`class` = step["class"] as String, text = step["text"] as String, urgent = step["urgent"] == true)
        cases[step["as"] as String] = device.report(draft).code
        return "saved"
    }

    private fun act(device: Device, step: Map<String, Any?>): Any {
        val kind = Kind.entries.first { word(it) == step["kind"] }
        device.act(case(step), kind, ActDraft(text = step["text"] as String, revision = (step["revision"] as Long?)?.toUInt()))
        return "saved"
    }

    private fun show(device: Device, step: Map<String, Any?>): Any {
        val detail = device.case(case(step))
        val state = detail.state
        val history = detail.history.map {
            mapOf("kind" to word(it.kind), "effect" to word(it.effect), "delivery" to word(it.delivery), "role" to word(it.role), "text" to it.text)
        }
        return mapOf(
            "round" to state.round, "stage" to word(state.stage), "open" to state.open, "contested" to state.contested,
            "class" to state.`class`?.value, "class_name" to state.className, "text" to state.text?.value,
            "urgent" to state.urgent?.value, "area" to state.area?.value?.code, "due" to (state.deadlineS != null),
            "reworks" to state.reworks, "revision" to state.revision,
            "history" to history.sortedBy { Json.write(it) }, "delivery" to word(detail.delivery),
        )
    }

    private fun rate(device: Device, step: Map<String, Any?>): Any {
        val rate = device.rate(RateQuery(definition = step["definition"] as String, toDay = 40_000, area = step["area"] as String?))
        return mapOf(
            "definition" to rate.definition, "numerator" to rate.numerator, "denominator" to rate.denominator, "shown" to rate.shown,
            "unconfirmed" to rate.unconfirmed, "by" to rate.by.map { listOf(it.code, it.numerator, it.denominator) },
        )
    }

    private fun step(step: Map<String, Any?>): Any {
        val device = phones.getValue(step["phone"] as String)
        return when (step["do"]) {
            "report" -> report(device, step)
            "act" -> act(device, step)
            "show" -> show(device, step)
            "rate" -> rate(device, step)
            "sync" -> device.syncNow().let { mapOf("sent" to it.sent, "refused" to it.refused, "quarantined" to it.quarantined) }
            "list" -> page(
                when (step["page"]) {
                    "today" -> device.today(null)
                    "overdue" -> device.overdue(null)
                    else -> device.all(null)
                },
            )
            "pause" -> device.pause().let { "paused" }
            "resume" -> device.resume().let { "resumed" }
            "status" -> device.status().let {
                mapOf(
                    "enrolled" to it.enrolled, "unsent" to it.unsent, "sent" to it.sent, "refused" to it.refused,
                    "acts" to it.acts, "cases" to it.cases,
                )
            }
            "rebuild" -> device.rebuild().let { mapOf("same" to (it.before == it.after)) }
            else -> error("no such step: $step")
        }
    }

    @Test
    fun `the story is told as Rust tells it`() {
        val script = read("story.json").map()
        val expected = read("story.expected.json").list()
        Hub().use { hub ->
            for ((name, phone) in script["phones"].map()) {
                phones[name] = hub.phone(name, phone.map()["role"] as String, phone.map()["area"] as String?)
            }
            val steps = script["steps"].list()
            assertEquals(expected.size, steps.size)
            for ((number, step) in steps.withIndex()) {
                val told = try {
                    mapOf("step" to step, "result" to step(step.map()))
                } catch (error: DeviceException) {
                    mapOf("step" to step, "error" to codeOf(error))
                }
                assertEquals(Json.write(expected[number]), Json.write(told))
            }
            phones.values.forEach { it.shut(); it.close() }
        }
    }
}

/** The stable word of an error. */
fun codeOf(error: DeviceException): String = when (error) {
    is DeviceException.Offline -> error.code
    is DeviceException.StorageFull -> error.code
    is DeviceException.UnlockNeeded -> error.code
    is DeviceException.UpgradeNeeded -> error.code
    is DeviceException.Busy -> error.code
    is DeviceException.Refused -> error.code
    is DeviceException.NotFound -> error.code
    is DeviceException.Invalid -> error.code
    is DeviceException.Damaged -> error.code
    is DeviceException.Defect -> error.code
}
