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
    fun due(dueInS: Long?): String? {
        val inS = dueInS ?: return null
        val late = inS < 0
        val hours = (if (late) -inS else inS) / HOUR_S
        val amount = if (hours < DAYS_FROM_HOURS) hours else hours / 24
        val key = when {
            hours < 1 -> if (late) "PageLateNow" else "ScreenLeftNow"
            hours < DAYS_FROM_HOURS -> if (late) "PageLateHours" else "ScreenLeftHours"
            else -> if (late) "PageLateDays" else "ScreenLeftDays"
        }
        return words.say(key, "count" to amount)
    }

    fun ago(timeS: Long): String {
        val minutes = maxOf(nowS() - timeS, 0) / 60
        return when {
            minutes < 1 -> words.say("PageAgoNow")
            minutes < 60 -> words.say("PageAgoMinutes", "count" to minutes)
            minutes < 48 * 60 -> words.say("PageAgoHours", "count" to minutes / 60)
            else -> words.say("PageAgoDays", "count" to minutes / (24 * 60))
        }
    }

    private companion object {
        const val HOUR_S = 3_600L
        const val DAYS_FROM_HOURS = 72L
        val CLOCK: DateTimeFormatter = DateTimeFormatter.ofPattern("HH:mm")
        val DAY_AND_CLOCK: DateTimeFormatter = DateTimeFormatter.ofPattern("MM-dd HH:mm")
        val SHORT_DAY: DateTimeFormatter = DateTimeFormatter.ofPattern("MM-dd")
    }
}
