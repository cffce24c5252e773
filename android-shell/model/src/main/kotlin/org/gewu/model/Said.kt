package org.gewu.model

import java.time.Instant
import java.time.LocalDate
import java.time.ZoneId
import java.time.ZonedDateTime
import java.time.format.DateTimeFormatter

/** Times and numbers as people read them: tabular, the nearest unit, thousands by a thin space. */
class Said(private val words: Words, private val zone: ZoneId, private val nowS: () -> Long) {
    fun today(): LocalDate = at(nowS()).toLocalDate()

    private fun at(timeS: Long): ZonedDateTime = Instant.ofEpochSecond(timeS).atZone(zone)

    /** "09:12" today, "11-22 09:12" else. */
    fun time(timeS: Long): String {
        val at = at(timeS)
        val sameDay = at.toLocalDate() == at(nowS()).toLocalDate()
        return at.format(if (sameDay) CLOCK else DAY_AND_CLOCK)
    }

    fun day(day: Int): String = LocalDate.ofEpochDay(day.toLong()).toString()

    /** "11-22", for the ends of a chart. */
    fun shortDay(day: Int): String = LocalDate.ofEpochDay(day.toLong()).format(SHORT_DAY)

    fun date(timeS: Long): String = at(timeS).toLocalDate().toString()

    fun number(value: Long): String = value.toString().reversed().chunked(3).joinToString("\u2009").reversed()

    /** "26 hours late", "3 days left"; `null` without a deadline. */
    fun due(dueInS: Long?): String? = dueInS?.let {
        val late = it < 0
        span(if (late) -it else it, if (late) LATE else DUE)
    }

    /** Whether that lies before the end of the day. */
    fun isToday(dueInS: Long): Boolean = at(nowS() + dueInS).toLocalDate() <= today()

    fun ago(timeS: Long): String {
        val passedS = maxOf(nowS() - timeS, 0)
        return if (passedS < MINUTE_S) words.say("time_now") else span(passedS, AGO)
    }

    private class Span(val minutes: String, val hours: String, val days: String)

    private fun span(lengthS: Long, keys: Span): String = when {
        lengthS < HOUR_S -> words.say(keys.minutes, "minutes" to lengthS / MINUTE_S)
        lengthS < DAYS_FROM_S -> words.say(keys.hours, "hours" to lengthS / HOUR_S)
        else -> words.say(keys.days, "days" to lengthS / DAY_S)
    }

    private companion object {
        const val MINUTE_S = 60L
        const val HOUR_S = 3_600L
        const val DAY_S = 86_400L
        const val DAYS_FROM_S = 3 * DAY_S
        val DUE = Span("due_minutes", "due_hours", "due_days")
        val LATE = Span("late_minutes", "late_hours", "late_days")
        val AGO = Span("time_minutes_ago", "time_hours_ago", "time_days_ago")
        val CLOCK: DateTimeFormatter = DateTimeFormatter.ofPattern("HH:mm")
        val DAY_AND_CLOCK: DateTimeFormatter = DateTimeFormatter.ofPattern("MM-dd HH:mm")
        val SHORT_DAY: DateTimeFormatter = DateTimeFormatter.ofPattern("MM-dd")
    }
}
